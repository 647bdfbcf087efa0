import type { Reader } from '../wire/reader.ts'
import { type AbortedTransaction, AbortedTransactions } from './aborted-transactions.ts'
import { RecordBatch } from './record-batch.ts'
import { type FetchedBatch, splitBatches } from './split-batches.ts'
import type { CorruptRecords } from './varints.ts'

/** The end of the records of one epoch in a leader's log. */
export interface EpochEnd {
  epoch: number
  endOffset: number
}

/** What a broker returned of one partition. */
export interface FetchedPartition {
  partition: number
  errorCode: number
  highWatermark: number
  lastStableOffset: number
  /** -1 unless the broker names a replica to read from. */
  preferredReadReplica: number
  batches: FetchedBatch[]
  /** Those of the batches that hold no record to hand over. */
  skipped: ReadonlySet<FetchedBatch>
  /** Why there are no more batches, if the bytes after them are none. */
  problem?: CorruptRecords
  /** Where the leader's log differs from what was read: the last epoch up to that one, and its end. */
  divergence?: EpochEnd
}

export interface FetchAnswer {
  throttleTimeMs: number
  /** Of the whole request. */
  errorCode: number
  /** Of the fetch session; 0 if there is none. */
  sessionId: number
  /** `topic` is the topic's id from version 13 on. */
  topics: { topic: string; partitions: FetchedPartition[] }[]
}

const TOPIC_IDS_SINCE = 13
const DIVERGING_EPOCH_TAG = 0

/** Reads a Fetch response of versions 4 to 13. Its batches are views. Throws a RangeError where it ends early. */
export function readFetchAnswer(reader: Reader, version: number): FetchAnswer {
  const throttleTimeMs = reader.int32()
  const errorCode = version >= 7 ? reader.int16() : 0
  const sessionId = version >= 7 ? reader.int32() : 0
  const topics = reader.array(() => {
    const topic = version >= TOPIC_IDS_SINCE ? reader.uuid() : reader.string()
    const partitions = reader.array(() => readPartition(reader, version))
    reader.tags()
    return { topic, partitions }
  })
  reader.tags()
  return { throttleTimeMs, errorCode, sessionId, topics }
}

function readPartition(reader: Reader, version: number): FetchedPartition {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  const lastStableOffset = reader.int64()
  // The start of the log, which is asked for where it is needed.
  if (version >= 5) reader.int64()
  const aborted = reader.array((): AbortedTransaction => {
    const transaction = { producerId: reader.bigInt64(), firstOffset: reader.int64() }
    reader.tags()
    return transaction
  })
  const preferredReadReplica = version >= 11 ? reader.int32() : -1
  const { batches, ...rest } = splitBatches(reader.bytes())
  let divergence: EpochEnd | undefined
  reader.tags((tag, field) => {
    if (tag === DIVERGING_EPOCH_TAG) {
      divergence = { epoch: field.int32(), endOffset: field.int64() }
    }
  })
  const skipped = skippedOf(batches, aborted)
  const known = { partition, errorCode, highWatermark, lastStableOffset, preferredReadReplica }
  return { ...known, batches, skipped, ...rest, ...(divergence && { divergence }) }
}

/** Most partitions of an answer are empty when little is written. */
const NOTHING: ReadonlySet<FetchedBatch> = new Set()

function skippedOf(
  batches: FetchedBatch[],
  listed: readonly AbortedTransaction[],
): ReadonlySet<FetchedBatch> {
  if (batches.length === 0) return NOTHING
  const aborted = new AbortedTransactions(listed)
  return new Set(batches.filter((each) => each instanceof RecordBatch && aborted.skips(each)))
}
