import { byteAt, copyLiteral, repeat, TooLarge } from './output.ts'

const MAGIC = 0x184d2204
const FLAG = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 }
const STORED = 0x8000_0000
const MATCH_MIN = 4
const CHECKSUM_BYTES = 4

/**
 * Decompresses the LZ4 frame format as Kafka's clients write it. Throws if it is malformed. LZ4's
 * optional checksums are not verified: the whole batch has a checksum of Kafka's own.
 */
export function decompressLz4(input: Buffer, limitBytes: number): Buffer {
  const { start, blockBytesMax, blockTrailerBytes } = headerOf(input)
  const growing = new GrowingBuffer(limitBytes + blockBytesMax)
  let at = start
  for (;;) {
    if (at + 4 > input.length) throw new Error('the end mark is missing')
    const word = input.readUInt32LE(at)
    if (word === 0) return growing.content
    const isStored = word >= STORED
    const bytes = isStored ? word - STORED : word
    const block = input.subarray(at + 4, at + 4 + bytes)
    if (block.length < bytes) throw new Error('a block is truncated')
    const output = growing.roomFor(isStored ? bytes : Math.min(blockBytesMax, roomAtMost(bytes)))
    if (isStored) copyLiteral(block, 0, output, growing.size, bytes)
    growing.size = isStored ? growing.size + bytes : inflate(block, output, growing.size)
    if (growing.size > limitBytes) throw new TooLarge(limitBytes)
    at += 4 + bytes + blockTrailerBytes
  }
}

interface Header {
  start: number
  /** Maximum size of a decompressed block. */
  blockBytesMax: number
  blockTrailerBytes: number
}

function headerOf(input: Buffer): Header {
  if (input.length < 7 || input.readUInt32LE(0) !== MAGIC) throw new Error('not an LZ4 frame')
  const flags = byteAt(input, 4)
  if (flags >> 6 !== 1) throw new Error(`unknown LZ4 frame version ${flags >> 6}`)
  if (flags & FLAG.dictionary) throw new Error('LZ4 dictionaries are not supported')
  const sizeCode = (byteAt(input, 5) >> 4) & 7
  if (sizeCode < 4) throw new Error(`unknown LZ4 block size code ${sizeCode}`)
  return {
    start: 7 + (flags & FLAG.contentSize ? 8 : 0),
    blockBytesMax: 2 ** (8 + 2 * sizeCode),
    blockTrailerBytes: flags & FLAG.blockChecksum ? CHECKSUM_BYTES : 0,
  }
}

/** Each byte of a block expands to at most 255 bytes of output, except for the first few. */
function roomAtMost(blockBytes: number): number {
  return 64 + blockBytes * 255
}

/** Decompresses a block into `output` at `start`; it may repeat earlier output. Returns the end. */
function inflate(block: Buffer, output: Buffer, start: number): number {
  let size = start
  let at = 0
  for (;;) {
    const token = byteAt(block, at)
    const literal = lengthAt(block, at + 1, token >> 4)
    at = copyLiteral(block, literal.end, output, size, literal.length)
    size += literal.length
    // The last sequence of a block has no match.
    if (at === block.length) return size
    const back = byteAt(block, at) + (byteAt(block, at + 1) << 8)
    const match = lengthAt(block, at + 2, token & 15)
    repeat(output, size, back, match.length + MATCH_MIN)
    at = match.end
    size += match.length + MATCH_MIN
  }
}

/** A length of 15 or more continues in the following bytes, up to the first that is not 255. */
function lengthAt(block: Buffer, at: number, nibble: number): { length: number; end: number } {
  let length = nibble
  let end = at
  if (nibble < 15) return { length, end }
  for (;;) {
    const byte = byteAt(block, end)
    end += 1
    length += byte
    if (byte < 255) return { length, end }
  }
}

/** The output so far, in a buffer that grows up to a limit. */
class GrowingBuffer {
  size = 0
  #buffer = Buffer.alloc(0)
  #limitBytes: number

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get content(): Buffer {
    return this.#buffer.subarray(0, this.size)
  }

  /** The buffer, with room for that many more bytes if the limit allows. */
  roomFor(bytes: number): Buffer {
    const needed = this.size + bytes
    if (needed > this.#buffer.length) this.#grow(Math.max(needed, 2 * this.#buffer.length))
    return this.#buffer
  }

  #grow(wanted: number): void {
    const larger = Buffer.allocUnsafe(Math.min(wanted, this.#limitBytes))
    this.#buffer.copy(larger, 0, 0, this.size)
    this.#buffer = larger
  }
}
