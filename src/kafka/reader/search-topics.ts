import type { Admin, Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { requestAdmin } from '../admin/admin-client.ts'
import { firstOffsetsSince } from '../client/log-range.ts'
import { partitionOfKey } from '../producer/murmur2.ts'
import { withLogReader } from './with-log-reader.ts'

/** Which records of topics. */
export interface RangeSearch {
  topics: readonly string[]
  /** Records from this time on; from the start of the log unless set. */
  fromMs?: number
  /** Records before this time; up to the end that the log has now unless set. */
  toMs?: number
  /** Only the records with this key, in the partition that the key hashes to. */
  key?: string
  /**
   * The topic whose partition count places the keys, modulo the topic's own. Default: the topic.
   */
  placedAs?(topic: string): string
}

export interface Search extends RangeSearch {
  signal: AbortSignal
  /** In the order of each partition. The record's buffers are views: copy what is kept. */
  onRecord(record: SourceRecord): void | Promise<void>
}

/** A partition's offsets that were searched, from `first` up to `end`. */
export interface Searched {
  topic: string
  partition: number
  first: number
  end: number
}

interface Range {
  topic: string
  partition: number
  from?: number
  to?: number
}

/**
 * Reads records from topics without affecting any other consumer group. Rejects with
 * KAFKA_UNAVAILABLE, also when `signal` aborts, or TOPIC_MISSING.
 */
export async function search(kafka: Kafka, options: Search): Promise<Searched[]> {
  const { topics, signal, onRecord } = options
  if (topics.length === 0) return []
  const ranges = await rangesOf(kafka, options)
  const wantedKey = options.key === undefined ? undefined : Buffer.from(options.key)
  return withLogReader(kafka, topics, (reader) =>
    Promise.all(
      ranges.map(async (range) => {
        const take = (record: SourceRecord) => {
          const isWanted = wantedKey === undefined || record.key?.equals(wantedKey)
          return isWanted ? onRecord(record) : undefined
        }
        const { first, end } = await reader.read({ ...range, lost: signal, onRecord: take })
        return { topic: range.topic, partition: range.partition, first, end }
      }),
    ),
  )
}

/** The partitions that may hold the key; without `from` or `to` a range has that end of the log. */
export function rangesOf(kafka: Kafka, options: RangeSearch): Promise<Range[]> {
  const doing = `find the records of ${options.topics.join(', ')}`
  return requestAdmin(kafka, doing, async (admin) => {
    const ranges = await Promise.all(options.topics.map((topic) => ofTopic(admin, topic, options)))
    return ranges.flat()
  })
}

async function ofTopic(admin: Admin, topic: string, search: RangeSearch): Promise<Range[]> {
  const partitions = await partitionsOf(admin, topic)
  const from = await offsetsAt(admin, topic, search.fromMs)
  const to = await offsetsAt(admin, topic, search.toMs)
  const wanted = await placeOf(admin, topic, partitions.length, search)
  return partitions
    .filter((partition) => wanted === undefined || partition === wanted)
    .map((partition) => ({
      topic,
      partition,
      ...(from && { from: from.get(partition)! }),
      ...(to && { to: to.get(partition)! }),
    }))
}

async function partitionsOf(admin: Admin, topic: string): Promise<number[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  return topics[0]!.partitions.map(({ partitionId }) => partitionId)
}

/** The partition that holds the key; undefined without a key. */
async function placeOf(admin: Admin, topic: string, count: number, { key, placedAs }: RangeSearch) {
  if (key === undefined) return undefined
  const like = placedAs?.(topic) ?? topic
  const likeCount = like === topic ? count : (await partitionsOf(admin, like)).length
  return partitionOfKey(key, likeCount) % count
}

/** Where a time begins in each partition; undefined if the whole log counts. */
async function offsetsAt(admin: Admin, topic: string, timeMs: number | undefined) {
  return timeMs === undefined ? undefined : firstOffsetsSince(admin, topic, timeMs)
}
