import { originalHeaders } from '../../dead-letter/read-dead-letter.ts'
import { headersByName } from '../../event/headers.ts'
import type { LetterChoice } from '../../operate/dead-letters/letter-choice.ts'
import type { Scanned } from '../../operate/dead-letters/scan-letters.ts'
import type { Settlement } from '../../operate/dead-letters/settled.ts'
import { jsonText } from '../../util/text/foreign-text.ts'
import { exitOnClosedPipe, printAndWait } from '../shared/output.ts'
import { letterJson } from './found-letter.ts'
import { withLetters } from './parts.ts'

/** Prints each dead letter as a line of JSON with the complete original record. */
export function exportDeadLetters(choice: LetterChoice): Promise<void> {
  exitOnClosedPipe()
  return withLetters(choice, ({ scan, settled }) =>
    scan(choice, (found) => printAndWait(jsonText(lineOf(found, settled.of(found.read.letter))))),
  )
}

function lineOf({ record, ...found }: Scanned, settlement: Settlement) {
  return {
    ...letterJson({ ...found, settlement }),
    key: base64(record.key),
    value: base64(record.value),
    headers: headersByName(originalHeaders(record), base64),
  }
}

function base64(bytes: Buffer | string | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64')
}
