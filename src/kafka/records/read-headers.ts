import { addHeader, type RecordHeaders } from '../../event/record.ts'
import { CorruptRecords, VarintCursor } from './varints.ts'

const EMPTY = Buffer.alloc(0)
const cursor = new VarintCursor()

/**
 * The headers in that range, in time linear in its bytes. Values are views, in their order; several of
 * one name are in an array. Throws CorruptRecords.
 */
export function readHeaders(bytes: Buffer, start: number, end: number): RecordHeaders {
  cursor.bytes = bytes
  cursor.at = start
  try {
    return readAll(bytes, end)
  } finally {
    // Otherwise the batch would stay in memory.
    cursor.bytes = EMPTY
  }
}

function readAll(bytes: Buffer, end: number): RecordHeaders {
  const headers: RecordHeaders = {}
  const count = cursor.int()
  for (let i = 0; i < count; i++) {
    const name = readName(bytes, i, end)
    addHeader(headers, name, readRange(bytes, end))
  }
  if (cursor.at !== end)
    throw new CorruptRecords(`${count} headers end at byte ${cursor.at}, not ${end}`)
  return headers
}

/** The names of the record before, which are almost always the same: decoding them costs most. */
const lastNames: { text: string; bytes: Buffer }[] = []
const LAST_NAMES_MAX = 32
const NAME_BYTES_MAX = 256

function readName(bytes: Buffer, index: number, end: number): string {
  const length = cursor.int()
  const start = cursor.at
  if (length < 0 || start + length > end) throw new CorruptRecords('a header has no name')
  cursor.at = start + length
  const last = lastNames[index]
  if (last !== undefined && isSame(bytes, start, length, last.bytes)) return last.text
  const text = bytes.toString('utf8', start, cursor.at)
  if (index < LAST_NAMES_MAX && length <= NAME_BYTES_MAX) {
    lastNames[index] = { text, bytes: Buffer.from(bytes.subarray(start, cursor.at)) }
  }
  return text
}

function isSame(bytes: Buffer, start: number, length: number, other: Buffer): boolean {
  if (length !== other.length) return false
  for (let i = 0; i < length; i++) if (bytes[start + i] !== other[i]) return false
  return true
}

function readRange(bytes: Buffer, end: number): Buffer | null {
  const length = cursor.int()
  if (length < 0) return null
  const start = cursor.at
  cursor.at = start + length
  if (cursor.at > end) throw new CorruptRecords('a header is longer than its record')
  return bytes.subarray(start, cursor.at)
}
