import { type AbortedTransaction, AbortedTransactions } from './aborted-transactions.ts'
import { longAt, RecordBatch } from './record-batch.ts'
import { type FetchedBatch, splitBatches } from './split-batches.ts'

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
}

export interface FetchAnswer {
  throttleTimeMs: number
  /** Of the whole request. */
  errorCode: number
  topics: { topic: string; partitions: FetchedPartition[] }[]
}

/** The oldest version with record batches, and the newest one without compact encoding. */
export const FETCH_VERSIONS = { oldest: 4, newest: 11 }

/** Reads a Fetch response of versions 4 to 11. Its batches are views. Throws a RangeError where it ends early. */
export function readFetchAnswer(bytes: Buffer, version: number): FetchAnswer {
  const reader = new Reader(bytes)
  const throttleTimeMs = reader.int32()
  const errorCode = version >= 7 ? reader.int16() : 0
  // The session, which is not used.
  if (version >= 7) reader.int32()
  const topics = reader.array(() => ({
    topic: reader.string(),
    partitions: reader.array(() => readPartition(reader, version)),
  }))
  return { throttleTimeMs, errorCode, topics }
}

function readPartition(reader: Reader, version: number): FetchedPartition {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  const lastStableOffset = reader.int64()
  // The start of the log, which is asked for where it is needed.
  if (version >= 5) reader.int64()
  const aborted = reader.array<AbortedTransaction>(() => ({
    producerId: reader.bigInt64(),
    firstOffset: reader.int64(),
  }))
  const preferredReadReplica = version >= 11 ? reader.int32() : -1
  const batches = splitBatches(reader.bytes())
  const skipped = skippedOf(batches, new AbortedTransactions(aborted))
  const known = { partition, errorCode, highWatermark, lastStableOffset, preferredReadReplica }
  return { ...known, batches, skipped }
}

function skippedOf(batches: FetchedBatch[], aborted: AbortedTransactions): Set<FetchedBatch> {
  return new Set(batches.filter((each) => each instanceof RecordBatch && aborted.skips(each)))
}

/** Reads the response's fields one after the other. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#pass(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#pass(4))
  }

  int64(): number {
    return longAt(this.#bytes, this.#pass(8))
  }

  bigInt64(): bigint {
    return this.#bytes.readBigInt64BE(this.#pass(8))
  }

  string(): string {
    return this.#view(this.int16()).toString()
  }

  /** Empty where they are null. */
  bytes(): Buffer {
    return this.#view(this.int32())
  }

  /** Empty where it is null. */
  array<T>(read: () => T): T[] {
    const items: T[] = []
    for (let left = this.int32(); left > 0; left--) items.push(read())
    return items
  }

  #view(length: number): Buffer {
    const start = this.#pass(Math.max(0, length))
    if (this.#at > this.#bytes.length) throw new RangeError('a Fetch response ends early')
    return this.#bytes.subarray(start, this.#at)
  }

  #pass(bytes: number): number {
    const start = this.#at
    this.#at += bytes
    return start
  }
}
