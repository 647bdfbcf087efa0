import { crc32c } from '@node-rs/crc32'
import type { Compressor } from '../codecs/compress.ts'
import { AT, HEADER_BYTES, PREFIX_BYTES, TRANSACTIONAL } from './record-batch.ts'
import { type RecordToWrite, recordsWriter } from './records-writer.ts'

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
  const batch =
    compressor === undefined
      ? recordsWriter.write(records, baseMs, HEADER_BYTES)
      : behindHeader(await compressor.compress(recordsWriter.write(records, baseMs, 0)))
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
  batch.writeUInt32BE(crc32c(batch.subarray(AT.attributes)), AT.crc)
  return batch
}

function behindHeader(body: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  body.copy(batch, HEADER_BYTES)
  return batch
}

function latestOf(records: readonly RecordToWrite[]): number {
  return records.reduce((latest, { timestampMs }) => Math.max(latest, timestampMs), -1)
}
