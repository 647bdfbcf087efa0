import { partitionName } from '../../event/record.ts'
import type { Clock } from '../../util/clock.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { recordBytes } from '../producer/message.ts'
import { produceErrorOf } from '../producer/produce-error.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { produceRequest } from '../protocol/requests/produce.ts'
import { TopicsRefused } from '../protocol/topics-refused.ts'
import type { RecordToWrite } from '../records/records-writer.ts'
import { writeBatch } from '../records/write-batch.ts'
import { byTopic } from '../wire/by-topic.ts'

/** Records for one partition, in their order. */
export interface PartitionRecords {
  topic: string
  partition: number
  records: readonly RecordToWrite[]
}

export interface TransactionWriter {
  transactionalId: string
  producerId: bigint
  epoch: number
  /** The next sequence number of each partition, by its name, in this epoch. */
  sequences: Map<string, number>
  /** Whether a request of this epoch may still arrive, after the transaction that it was for. */
  isUnsure: boolean
}

export interface WritePorts {
  cluster: Cluster
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  /** Of batches in one request. A single batch may be larger. */
  maxRequestBytes: number
}

interface Chunk extends PartitionRecords {
  batch: Buffer
}

const BATCH_RECORDS_MAX = 2_000
const BATCH_BYTES_MAX = 524_288
const REQUEST_LIMIT_MS = 10_000
const REPLICAS_LIMIT_MS = 8_000
const RETRY_MS = 50

/**
 * Writes the records to the leaders of their partitions, as part of the writer's transaction. Resolves
 * when all are acknowledged. Rejects when one is refused, or by the deadline, with TopicsRefused if that is
 * for certain topics; some may then be written, so the transaction must not be committed.
 */
export async function writeInTransaction(
  all: readonly PartitionRecords[],
  writer: TransactionWriter,
  { cluster, clock, maxRequestBytes }: WritePorts,
  deadlineMs: number,
): Promise<void> {
  const left = byPartition(all)
  /** How many records the next batch of a partition may have, once one was too large for its topic. */
  const limits = new Map<string, number>()
  await cluster.want([...new Set(all.map(({ topic }) => topic))])
  let problem: unknown
  while (left.size > 0) {
    if (clock.elapsedMs() >= deadlineMs) {
      const topics = [...left.values()].map(({ topic }) => topic)
      throw new TopicsRefused(topics, problem ?? new Error('not written in time'))
    }
    const byLeader = new Map<number, PartitionRecords[]>()
    for (const each of left.values()) {
      const leader = cluster.leaderOf(each.topic, each.partition)?.nodeId
      if (leader !== undefined) getOrInsert(byLeader, leader, () => []).push(each)
    }
    const sends = [...byLeader].map(([leader, led]) => send(leader, led))
    const results = await Promise.allSettled(sends)
    const failed = results.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    if (byLeader.size > 0 && results.every((each) => each.status === 'fulfilled' && each.value)) {
      continue
    }
    await clock.sleep(RETRY_MS)
    await cluster.refresh().catch((error: unknown) => {
      problem = error
    })
  }

  /** Whether to continue at once: nothing has to be waited for. */
  async function send(leader: number, led: readonly PartitionRecords[]): Promise<boolean> {
    const chunks = await nextChunks(led)
    const topics = byTopic(chunks)
    const { transactionalId } = writer
    const body = { transactionalId, timeoutMs: REPLICAS_LIMIT_MS, topics }
    const answer = await cluster
      .send(leader, 'produce', produceRequest, body, REQUEST_LIMIT_MS)
      .catch((error: unknown) => {
        problem = error
        writer.isUnsure = true
      })
    // It may have arrived: the very same batches are sent again.
    if (answer === undefined) return false
    const codes = new Map(answer.partitions.map((each) => [partitionName(each), each.errorCode]))
    const judged = chunks.map((chunk) => judge(chunk, codes.get(partitionName(chunk)) ?? UNSAID))
    return judged.every((isWritten) => isWritten)
  }

  /** The next batch of each partition, as many as one request may hold. */
  async function nextChunks(led: readonly PartitionRecords[]): Promise<Chunk[]> {
    const chunks: Chunk[] = []
    let bytes = 0
    for (const each of led) {
      const name = partitionName(each)
      const records = headOf(each.records, limits.get(name) ?? BATCH_RECORDS_MAX)
      const { producerId, epoch } = writer
      const sequence = writer.sequences.get(name) ?? 0
      const identity = { producerId, epoch, sequence, isTransactional: true }
      const batch = await writeBatch(records, identity)
      bytes += batch.length
      if (chunks.length > 0 && bytes > maxRequestBytes) break
      chunks.push({ ...each, records, batch })
    }
    return chunks
  }

  function judge(chunk: Chunk, errorCode: number): boolean {
    const name = partitionName(chunk)
    const error = new BrokerError(errorCode, `write to ${name}`)
    const refused = new TopicsRefused([chunk.topic], error)
    switch (produceErrorOf(errorCode)) {
      case 'written': {
        const { sequences } = writer
        sequences.set(name, (sequences.get(name) ?? 0) + chunk.records.length)
        const rest = left.get(name)!.records.slice(chunk.records.length)
        if (rest.length === 0) left.delete(name)
        else left.set(name, { ...left.get(name)!, records: rest })
        return true
      }
      case 'retry':
        problem = error
        return false
      case 'too-large':
        if (chunk.records.length === 1) throw refused
        limits.set(name, Math.ceil(chunk.records.length / 2))
        return true
      case 'lost-track':
        throw error
      case 'refused':
        throw refused
    }
  }
}

/** A partition may be named more than once. */
function byPartition(all: readonly PartitionRecords[]): Map<string, PartitionRecords> {
  const merged = new Map<string, PartitionRecords>()
  for (const each of all) {
    const name = partitionName(each)
    const before = merged.get(name)?.records ?? []
    merged.set(name, { ...each, records: [...before, ...each.records] })
  }
  return merged
}

/** Read as an answer that says to try again: -1 is `UNKNOWN`. */
const UNSAID = -1

/**
 * The records of one batch: always the same ones, so that a repeated batch is known as such. One that was
 * too large was not written, so that its sequence number is free for less.
 */
function headOf(records: readonly RecordToWrite[], max: number): readonly RecordToWrite[] {
  let bytes = 0
  const end = records.findIndex((record, n) => {
    bytes += recordBytes(record)
    return n >= max || (n > 0 && bytes > BATCH_BYTES_MAX)
  })
  return end < 0 ? records : records.slice(0, end)
}
