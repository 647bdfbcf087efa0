import { byteAt, copyLiteral, repeat, TooLarge } from './output.ts'

/** The framing of Java's clients: this magic, then blocks, each with its length before it. */
const FRAME_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
/** The magic, a version and the oldest compatible version. */
const FRAME_HEADER_BYTES = 16

/**
 * Decompresses Snappy as Kafka's clients write it: in Java's framing, or as one bare block. Throws
 * if it is malformed.
 */
export function decompressSnappy(input: Buffer, limitBytes: number): Buffer {
  if (!input.subarray(0, FRAME_MAGIC.length).equals(FRAME_MAGIC)) return block(input, limitBytes)
  const blocks: Buffer[] = []
  let leftBytes = limitBytes
  let at = FRAME_HEADER_BYTES
  while (at < input.length) {
    const end = at + 4 + input.readInt32BE(at)
    if (end < at + 4 || end > input.length) throw new Error('a block is truncated')
    const output = block(input.subarray(at + 4, end), leftBytes)
    leftBytes -= output.length
    blocks.push(output)
    at = end
  }
  return Buffer.concat(blocks)
}

function block(input: Buffer, limitBytes: number): Buffer {
  const [length, start] = lengthOf(input)
  if (length > limitBytes) throw new TooLarge(limitBytes)
  const output = Buffer.allocUnsafe(length)
  let at = start
  let size = 0
  while (at < input.length) {
    const tag = byteAt(input, at)
    const kind = tag & 3
    if (kind === LITERAL) {
      const extra = Math.max(0, (tag >> 2) - 59)
      const count = 1 + (extra === 0 ? tag >> 2 : uintAt(input, at + 1, extra))
      at = copyLiteral(input, at + 1 + extra, output, size, count)
      size += count
    } else {
      const extra = kind === 3 ? 4 : kind
      const isShort = kind === COPY_SHORT
      const count = isShort ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2)
      const back = uintAt(input, at + 1, extra) + (isShort ? (tag >> 5) << 8 : 0)
      repeat(output, size, back, count)
      at += 1 + extra
      size += count
    }
  }
  if (size !== length) throw new Error(`expected ${length} bytes of output, got ${size}`)
  return output
}

const LITERAL = 0
const COPY_SHORT = 1

/** The length of the output, and the position of the first element. */
function lengthOf(input: Buffer): [length: number, start: number] {
  let length = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = byteAt(input, at)
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return [length, at + 1]
  }
  throw new Error('the length is not a valid varint')
}

function uintAt(input: Buffer, at: number, bytes: number): number {
  if (at + bytes > input.length) throw new Error('the input is truncated')
  return input.readUIntLE(at, bytes)
}
