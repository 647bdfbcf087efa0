import { crc32c } from '@node-rs/crc32'

export interface BatchRecord {
  offsetDelta: number
  timestampDeltaMs: number | bigint
  key: Buffer | null
  value: Buffer | null
  headers: readonly (readonly [name: string | Buffer, value: Buffer | null])[]
}

export interface BatchOptions {
  baseOffset?: number
  baseTimestampMs?: number
  maxTimestampMs?: number
  lastOffsetDelta?: number
  attributes?: number
  producerId?: number
  leaderEpoch?: number
  count?: number
  /** How the records are compressed, for the codec that `attributes` names. */
  compress?: (records: Buffer) => Buffer
}

/** A record batch of format 2, written from Kafka's description of it. */
export function recordBatch(records: readonly BatchRecord[], options: BatchOptions = {}): Buffer {
  const { compress = (same) => same, count = records.length } = options
  const body = compress(Buffer.concat(records.map(recordBytes)))
  const checked = Buffer.alloc(40)
  checked.writeInt16BE(options.attributes ?? 0, 0)
  checked.writeInt32BE(options.lastOffsetDelta ?? records.at(-1)?.offsetDelta ?? 0, 2)
  checked.writeBigInt64BE(BigInt(options.baseTimestampMs ?? 0), 6)
  checked.writeBigInt64BE(BigInt(options.maxTimestampMs ?? 0), 14)
  checked.writeBigInt64BE(BigInt(options.producerId ?? -1), 22)
  checked.writeInt16BE(-1, 30)
  checked.writeInt32BE(-1, 32)
  checked.writeInt32BE(count, 36)
  const crc = crc32c(Buffer.concat([checked, body]))
  const start = Buffer.alloc(21)
  start.writeBigInt64BE(BigInt(options.baseOffset ?? 0), 0)
  start.writeInt32BE(9 + checked.length + body.length, 8)
  start.writeInt32BE(options.leaderEpoch ?? -1, 12)
  start.writeInt8(2, 16)
  start.writeUInt32BE(crc, 17)
  return Buffer.concat([start, checked, body])
}

/** The marker that ends a transaction. */
export function endMarker(type: 'abort' | 'commit', options: BatchOptions): Buffer {
  const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1])
  const value = Buffer.alloc(6)
  const marker = { offsetDelta: 0, timestampDeltaMs: 0, key, value, headers: [] }
  return recordBatch([marker], { ...options, attributes: TRANSACTIONAL | CONTROL })
}

export const TRANSACTIONAL = 0b1_0000
const CONTROL = 0b10_0000

export function plainRecord(offsetDelta: number, value: string): BatchRecord {
  return { offsetDelta, timestampDeltaMs: 0, key: null, value: Buffer.from(value), headers: [] }
}

function recordBytes(record: BatchRecord): Buffer {
  const parts = [
    Buffer.from([0]),
    varint(record.timestampDeltaMs),
    varint(record.offsetDelta),
    sized(record.key),
    sized(record.value),
    varint(record.headers.length),
    ...record.headers.flatMap(([name, value]) => [sized(Buffer.from(name)), sized(value)]),
  ]
  const bytes = Buffer.concat(parts)
  return Buffer.concat([varint(bytes.length), bytes])
}

function sized(bytes: Buffer | null): Buffer {
  return bytes === null ? varint(-1) : Buffer.concat([varint(bytes.length), bytes])
}

/** A zigzag varint of up to 64 bits. */
export function varint(value: number | bigint): Buffer {
  const wide = BigInt(value)
  let left = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
  const bytes: number[] = []
  while (left > 0x7fn) {
    bytes.push(Number(left & 0x7fn) | 0x80)
    left >>= 7n
  }
  bytes.push(Number(left))
  return Buffer.from(bytes)
}
