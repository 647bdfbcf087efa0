import { crc32c } from '@node-rs/crc32'
import type { RecordHeader, RecordHeaders } from '../../event/headers.ts'
import type { Compressor } from '../codecs/compress.ts'
import { AT, HEADER_BYTES, PREFIX_BYTES, TRANSACTIONAL } from './record-batch.ts'
import { sizeOfInt, sizeOfLong, sizeOfSized, VarintWriter } from './varint-writer.ts'

/** A record to be written. Texts are written as UTF-8. */
export interface RecordToWrite {
  key: Buffer | string | null
  value: Buffer | null
  headers?: RecordHeaders | undefined
  timestampMs: number
}

/** Who writes a batch: brokers drop one that they have already. */
export interface BatchIdentity {
  /** Whether it belongs to the producer's transaction. Default false. */
  isTransactional?: boolean
  producerId: bigint
  epoch: number
  sequence: number
}

const MAGIC = 2
const NO_CODEC = 0
const NO_LEADER_EPOCH = -1

/** A record batch of format 2. https://kafka.apache.org/documentation/#recordbatch */
export async function writeBatch(
  records: readonly RecordToWrite[],
  identity: BatchIdentity,
  compressor?: Compressor,
): Promise<Buffer> {
  const baseMs = records[0]!.timestampMs
  const plain = writeRecords(records, baseMs)
  const body = compressor === undefined ? plain : await compressor.compress(plain)
  const batch = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  batch.writeBigInt64BE(0n, 0)
  batch.writeInt32BE(batch.length - PREFIX_BYTES, AT.length)
  batch.writeInt32BE(NO_LEADER_EPOCH, AT.leaderEpoch)
  batch.writeInt8(MAGIC, AT.magic)
  const transactional = identity.isTransactional ? TRANSACTIONAL : 0
  batch.writeInt16BE((compressor?.codec ?? NO_CODEC) | transactional, AT.attributes)
  batch.writeInt32BE(records.length - 1, AT.lastOffsetDelta)
  batch.writeBigInt64BE(BigInt(baseMs), AT.baseTimestamp)
  batch.writeBigInt64BE(BigInt(latestOf(records)), AT.maxTimestamp)
  batch.writeBigInt64BE(identity.producerId, AT.producerId)
  batch.writeInt16BE(identity.epoch, AT.producerEpoch)
  batch.writeInt32BE(identity.sequence, AT.baseSequence)
  batch.writeInt32BE(records.length, AT.count)
  body.copy(batch, HEADER_BYTES)
  batch.writeUInt32BE(crc32c(batch.subarray(AT.attributes)), AT.crc)
  return batch
}

function writeRecords(records: readonly RecordToWrite[], baseMs: number): Buffer {
  const headers = records.map((each) => [...(each.headers ?? [])])
  const sizes = records.map((each, i) => sizeOfRecord(each, headers[i]!, i, baseMs))
  const size = sizes.reduce((sum, each) => sum + sizeOfInt(each) + each, 0)
  const writer = new VarintWriter(size)
  for (const [i, record] of records.entries()) {
    writer.int(sizes[i]!)
    writer.bytes[writer.at++] = 0
    writer.long(record.timestampMs - baseMs)
    writer.int(i)
    writer.sized(record.key)
    writer.sized(record.value)
    writer.int(headers[i]!.length)
    for (const { name, value } of headers[i]!) {
      writer.sized(name)
      writer.sized(value)
    }
  }
  return writer.bytes
}

/** Without the length before it. */
function sizeOfRecord(
  { key, value, timestampMs }: RecordToWrite,
  headers: readonly RecordHeader[],
  index: number,
  baseMs: number,
): number {
  let size = 1 + sizeOfLong(timestampMs - baseMs) + sizeOfInt(index)
  size += sizeOfSized(key) + sizeOfSized(value) + sizeOfInt(headers.length)
  for (const each of headers) size += sizeOfSized(each.name) + sizeOfSized(each.value)
  return size
}

function latestOf(records: readonly RecordToWrite[]): number {
  return records.reduce((latest, { timestampMs }) => Math.max(latest, timestampMs), -1)
}
