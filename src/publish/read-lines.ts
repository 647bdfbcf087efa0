const NEWLINE = 0x0a

/** A line, or a part of one longer than the limit; `number` counts from 1. */
export type InputLine =
  | { type: 'line'; number: number; bytes: Buffer }
  /** Includes the line break, so that the parts add up to the line as it was read. */
  | { type: 'part-of-long-line'; number: number; bytes: Buffer; isFirst: boolean; isLast: boolean }

/**
 * Splits bytes at line breaks, buffering at most `maxLineBytes` and one chunk. Yields all lines that
 * end in one chunk together, because one await per line would dominate the cost.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxLineBytes: number,
): AsyncGenerator<InputLine[]> {
  const splitter = createSplitter(maxLineBytes)
  for await (const chunk of chunks) yield splitter.take(chunk)
  yield splitter.end()
}

function createSplitter(maxLineBytes: number) {
  let number = 1
  let held: Buffer[] = []
  let heldBytes = 0
  let isInLongLine = false

  function take(chunk: Buffer): InputLine[] {
    const lines: InputLine[] = []
    for (let start = 0; start < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, start)
      const end = newline === -1 ? chunk.length : newline
      const line = add(chunk, start, end)
      if (line !== undefined) lines.push(line)
      start = end + 1
    }
    return lines
  }

  /** `end` is the position of the line break, or the chunk's end. */
  function add(chunk: Buffer, start: number, end: number): InputLine | undefined {
    const isLast = end < chunk.length
    const lineBytes = heldBytes + end - start
    if (isInLongLine || lineBytes > maxLineBytes) {
      return pass(chunk.subarray(start, end + 1), isLast)
    }
    held.push(chunk.subarray(start, end))
    heldBytes = lineBytes
    return isLast ? { type: 'line', number: number++, bytes: release() } : undefined
  }

  function pass(piece: Buffer, isLast: boolean): InputLine {
    const isFirst = !isInLongLine
    const bytes = isFirst ? Buffer.concat([release(), piece]) : piece
    isInLongLine = !isLast
    const part = { type: 'part-of-long-line', number, bytes, isFirst, isLast } as const
    if (isLast) number++
    return part
  }

  function end(): InputLine[] {
    return heldBytes > 0 ? [{ type: 'line', number, bytes: release() }] : []
  }

  /** Returns what is held. Several pieces are copied; a single one stays a view into its chunk. */
  function release(): Buffer {
    const bytes = held.length === 1 ? held[0]! : Buffer.concat(held)
    held = []
    heldBytes = 0
    return bytes
  }

  return { take, end }
}
