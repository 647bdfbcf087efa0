const NEWLINE = 0x0a

/** A line, or a part of one that is too long to be held; `number` counts from 1. */
export type InputLine =
  | { type: 'line'; number: number; bytes: Buffer }
  /** Follows its line break too, so that the parts together are the line as it was read. */
  | { type: 'part-of-long-line'; number: number; bytes: Buffer; isFirst: boolean; isLast: boolean }

/** Splits bytes at line breaks and never holds more than `maxLineBytes` and one chunk of them. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  maxLineBytes: number,
): AsyncGenerator<InputLine> {
  const splitter = createSplitter(maxLineBytes)
  for await (const chunk of chunks) yield* splitter.take(chunk)
  yield* splitter.end()
}

function createSplitter(maxLineBytes: number) {
  let number = 1
  let held: Buffer[] = []
  let heldBytes = 0
  let isInLongLine = false

  function* take(chunk: Buffer): Generator<InputLine> {
    let start = 0
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start)
      const end = newline === -1 ? chunk.length : newline + 1
      yield* add(chunk.subarray(start, end), newline !== -1)
      start = end
    }
  }

  function* add(piece: Buffer, isLast: boolean): Generator<InputLine> {
    const lineBytes = heldBytes + piece.length - (isLast ? 1 : 0)
    if (isInLongLine || lineBytes > maxLineBytes) return yield* pass(piece, isLast)
    held.push(piece)
    heldBytes += piece.length
    if (isLast) yield { type: 'line', number: number++, bytes: withoutBreak(release()) }
  }

  function* pass(piece: Buffer, isLast: boolean): Generator<InputLine> {
    const isFirst = !isInLongLine
    const bytes = isFirst ? Buffer.concat([release(), piece]) : piece
    yield { type: 'part-of-long-line', number, bytes, isFirst, isLast }
    isInLongLine = !isLast
    if (isLast) number++
  }

  function* end(): Generator<InputLine> {
    if (heldBytes > 0) yield { type: 'line', number, bytes: withoutBreak(release()) }
  }

  /** What is held, copied where it was pieces: a single piece is a view into its chunk. */
  function release(): Buffer {
    const bytes = held.length === 1 ? held[0]! : Buffer.concat(held)
    held = []
    heldBytes = 0
    return bytes
  }

  return { take, end }
}

function withoutBreak(line: Buffer): Buffer {
  return line.at(-1) === NEWLINE ? line.subarray(0, -1) : line
}
