import type { WriteStream } from 'node:tty'
import { foreignLines, foreignText } from '../../util/text/foreign-text.ts'

const INTERVAL_MS = 200
const CLEAR = '\r\x1b[K'

/** Clears the progress line that is on the terminal now, if there is one. */
let clearShown: (() => void) | undefined

/** Must be called before anything else is written to the terminal, or it is glued to the progress. */
export function clearProgress(): void {
  clearShown?.()
}

/** Progress in one line, updated in place, on terminals only. `print` writes lines above it. */
export function createProgressLine(
  stream: Pick<WriteStream, 'isTTY' | 'write'>,
  now: () => number,
) {
  let shownAtMs = Number.NEGATIVE_INFINITY

  function clear(): void {
    clearShown = undefined
    if (stream.isTTY) stream.write(CLEAR)
  }

  return {
    show(text: string): void {
      if (!stream.isTTY || now() - shownAtMs < INTERVAL_MS) return
      shownAtMs = now()
      clearShown = clear
      stream.write(`${CLEAR}${foreignText(text)}`)
    },
    print(lines: readonly string[]): void {
      stream.write(`${stream.isTTY ? CLEAR : ''}${foreignLines(lines.join('\n'))}\n`)
    },
    clear,
  }
}
