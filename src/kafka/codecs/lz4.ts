import { byteAt, copyLiteral, repeat, TooLarge } from './output.ts'

const MAGIC = 0x184d2204
const FLAG = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 }
const STORED = 0x8000_0000
const MATCH_MIN = 4
const CHECKSUM_BYTES = 4

/**
 * LZ4's frame format, as Kafka's clients write it. Throws where it is broken. Checksums are passed
 * over: they are optional, and Kafka guards the whole batch by one of its own.
 */
export function decompressLz4(input: Buffer, limitBytes: number): Buffer {
  const { start, blockBytesMax, blockTrailerBytes } = headerOf(input)
  const grown = new Grown(limitBytes + blockBytesMax)
  let at = start
  for (;;) {
    if (at + 4 > input.length) throw new Error('it has no end mark')
    const word = input.readUInt32LE(at)
    if (word === 0) return grown.content
    const isStored = word >= STORED
    const bytes = isStored ? word - STORED : word
    const block = input.subarray(at + 4, at + 4 + bytes)
    if (block.length < bytes) throw new Error('a block of it is cut off')
    const output = grown.roomFor(isStored ? bytes : Math.min(blockBytesMax, roomAtMost(bytes)))
    if (isStored) copyLiteral(block, 0, output, grown.size, bytes)
    grown.size = isStored ? grown.size + bytes : inflate(block, output, grown.size)
    if (grown.size > limitBytes) throw new TooLarge(limitBytes)
    at += 4 + bytes + blockTrailerBytes
  }
}

interface Header {
  start: number
  /** What a block inflates to at most. */
  blockBytesMax: number
  blockTrailerBytes: number
}

function headerOf(input: Buffer): Header {
  if (input.length < 7 || input.readUInt32LE(0) !== MAGIC) throw new Error('it is no LZ4 frame')
  const flags = byteAt(input, 4)
  if (flags >> 6 !== 1) throw new Error(`version ${flags >> 6} of LZ4 frames is not known`)
  if (flags & FLAG.dictionary) throw new Error('it needs a dictionary')
  const sizeCode = (byteAt(input, 5) >> 4) & 7
  if (sizeCode < 4) throw new Error(`block size code ${sizeCode} is not known`)
  return {
    start: 7 + (flags & FLAG.contentSize ? 8 : 0),
    blockBytesMax: 2 ** (8 + 2 * sizeCode),
    blockTrailerBytes: flags & FLAG.blockChecksum ? CHECKSUM_BYTES : 0,
  }
}

/** A byte of a block makes at most 255 bytes of output, save for the first few. */
function roomAtMost(blockBytes: number): number {
  return 64 + blockBytes * 255
}

/** Writes what the block holds at `size`, which may repeat what is before it; answers the new size. */
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

/** A length of 15 or more goes on in further bytes, until one that is not 255. */
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
class Grown {
  size = 0
  #buffer = Buffer.alloc(0)
  #limitBytes: number

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get content(): Buffer {
    return this.#buffer.subarray(0, this.size)
  }

  /** The buffer, with room for as many bytes more where the limit allows it. */
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
