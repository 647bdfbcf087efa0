import { byTopic } from '../wire/by-topic.ts'
import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import type { TopicPartition } from './assigner/balance.ts'

/** What a member sends to the group's leader at a join. */
export interface Subscription {
  topics: readonly string[]
  owned: readonly TopicPartition[]
  /** In which it last was assigned partitions; -1 if it never was. */
  generation: number
}

const VERSION = 2
const OWNED_SINCE = 1
const GENERATION_SINCE = 2
const NO_USER_DATA = Buffer.alloc(0)

/** Version 2 of Kafka's ConsumerProtocolSubscription. */
export function encodeSubscription({ topics, owned, generation }: Subscription): Buffer {
  const writer = new Writer().int16(VERSION)
  writer.array(topics, (topic) => writer.string(topic))
  writer.bytes(NO_USER_DATA)
  writePartitions(writer, owned)
  return writer.int32(generation).written
}

/**
 * Counts what cannot be decoded as nothing. This never throws, since an error would stop the leader
 * instead of that member.
 */
export function decodeSubscription(metadata: Buffer): Subscription & { userData: Buffer } {
  const decoded = { topics: [], owned: [], generation: -1, userData: NO_USER_DATA }
  try {
    const reader = new Reader(metadata)
    const version = reader.int16()
    Object.assign(decoded, { topics: reader.array(() => reader.string()) })
    Object.assign(decoded, { userData: reader.bytes() })
    if (version >= OWNED_SINCE) Object.assign(decoded, { owned: readPartitions(reader) })
    if (version >= GENERATION_SINCE) Object.assign(decoded, { generation: reader.int32() })
  } catch {
    // Version 0.2 says that its format is 1, and leaves out what it owns.
  }
  return decoded
}

/** Version 0 of Kafka's ConsumerProtocolAssignment, which every later one begins with. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const writer = new Writer().int16(0)
  writePartitions(writer, partitions)
  return writer.bytes(NO_USER_DATA).written
}

/** Nothing for a member that was assigned nothing. Throws RangeError if the bytes end early. */
export function decodeAssignment(assignment: Buffer): TopicPartition[] {
  if (assignment.length === 0) return []
  const reader = new Reader(assignment)
  reader.int16()
  return readPartitions(reader)
}

function writePartitions(writer: Writer, partitions: readonly TopicPartition[]): void {
  writer.array(byTopic(partitions), ({ topic, partitions: all }) => {
    writer.string(topic).array(all, ({ partition }) => writer.int32(partition))
  })
}

function readPartitions(reader: Reader): TopicPartition[] {
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => ({ topic, partition: reader.int32() }))
  })
  return topics.flat()
}
