import type { WriteStream } from 'node:tty'

const INTERVAL_MS = 200
const CLEAR = '\r\x1b[K'

/** Progress in one line, updated in place, on terminals only. `print` writes lines above it. */
export function createProgressLine(
  stream: Pick<WriteStream, 'isTTY' | 'write'>,
  now: () => number,
) {
  let shownAtMs = Number.NEGATIVE_INFINITY
  return {
    show(text: string): void {
      if (!stream.isTTY || now() - shownAtMs < INTERVAL_MS) return
      shownAtMs = now()
      stream.write(`${CLEAR}${text}`)
    },
    print(lines: readonly string[]): void {
      stream.write(`${stream.isTTY ? CLEAR : ''}${lines.join('\n')}\n`)
    },
    clear(): void {
      if (stream.isTTY) stream.write(CLEAR)
    },
  }
}
