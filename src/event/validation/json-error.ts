import { messageOf } from '../../util/errors.ts'
import { foreignText } from '../../util/text/foreign-text.ts'

const BYTE_ORDER_MARK = '\ufeff'

/** Why `JSON.parse` refused the text. Its message may quote an invisible character. */
export function jsonErrorText(text: string, error: unknown): string {
  if (text.startsWith(BYTE_ORDER_MARK)) {
    return 'it begins with a byte order mark (U+FEFF): save it as UTF-8 without one'
  }
  return foreignText(messageOf(error))
}
