import { byteAt, copyLiteral, repeat, TooLarge } from './output.ts'

/** How Java's clients begin: their framing puts many blocks, each with its length, after this. */
const FRAME_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
/** The magic, a version and the oldest version that may read it. */
const FRAME_HEADER_BYTES = 16

/** Snappy as Kafka's clients write it: in Java's framing, or a bare block. Throws where it is broken. */
export function decompressSnappy(input: Buffer, limitBytes: number): Buffer {
  if (!input.subarray(0, FRAME_MAGIC.length).equals(FRAME_MAGIC)) return block(input, limitBytes)
  const blocks: Buffer[] = []
  let leftBytes = limitBytes
  let at = FRAME_HEADER_BYTES
  while (at < input.length) {
    const end = at + 4 + input.readInt32BE(at)
    if (end < at + 4 || end > input.length) throw new Error('a block of it is cut off')
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
  if (size !== length) throw new Error(`it says ${length} bytes and has ${size}`)
  return output
}

const LITERAL = 0
const COPY_SHORT = 1

/** The length of the output, and where the elements begin. */
function lengthOf(input: Buffer): [length: number, start: number] {
  let length = 0
  for (let at = 0; at < 5; at += 1) {
    const byte = byteAt(input, at)
    length += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return [length, at + 1]
  }
  throw new Error('its length is no number')
}

function uintAt(input: Buffer, at: number, bytes: number): number {
  if (at + bytes > input.length) throw new Error('it is cut off')
  return input.readUIntLE(at, bytes)
}
