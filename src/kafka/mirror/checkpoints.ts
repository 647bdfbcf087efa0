import type { Kafka } from 'kafkajs'
import { partitionName } from '../../event/record.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { withAdmin } from '../admin/topic-admin.ts'
import { withLogReader } from '../reader/with-log-reader.ts'
import { Reader } from '../wire/reader.ts'

/** Where MirrorMaker 2 found a group, in offsets of the cluster that it mirrors to. */
export interface Checkpoint {
  groupId: string
  topic: string
  partition: number
  offset: number
}

const VERSION = 0

/** The topic in which MirrorMaker 2 keeps the checkpoints of the cluster with this alias. */
export function checkpointsTopicOf(alias: string): string {
  return `${alias}.checkpoints.internal`
}

/**
 * The offsets of a group's checkpoints in each partition, by `topic/partition`, up to a time and in their
 * order: the group had committed at least as much as the last one by then. MirrorMaker 2 rounds down. Rejects
 * with TOPIC_MISSING or a Kafka error.
 */
export async function readCheckpoints(
  kafka: Kafka,
  { alias, groupId, untilMs }: { alias: string; groupId: string; untilMs: number },
): Promise<Map<string, number[]>> {
  const topic = checkpointsTopicOf(alias)
  const topics = await withAdmin(kafka, (admin) => admin.list())
  if (!topics.includes(topic)) throw noCheckpoints(topic)
  const offsets = new Map<string, number[]>()
  const { signal: lost } = new AbortController()
  await withLogReader(kafka, [topic], (reader) =>
    reader.read({
      topic,
      partition: 0,
      lost,
      onRecord({ key, value, timestampMs }) {
        if (timestampMs > untilMs || key === null || value === null) return
        const checkpoint = decodeCheckpoint(key, value)
        if (checkpoint.groupId !== groupId) return
        getOrInsert(offsets, partitionName(checkpoint), () => []).push(checkpoint.offset)
      },
    }),
  )
  return offsets
}

/** Throws KAFKA_REFUSED for what this version can't read, as another version of the mirror may write it. */
export function decodeCheckpoint(key: Buffer, value: Buffer): Checkpoint {
  try {
    const keys = new Reader(key)
    const groupId = keys.string()
    const topic = keys.string()
    const partition = keys.int32()
    const values = new Reader(value)
    const version = values.int16()
    if (version !== VERSION) throw new Error(`expected version ${VERSION}, got ${version}`)
    values.int64() // The offset in the cluster that is mirrored.
    return { groupId, topic, partition, offset: values.int64() }
  } catch (error) {
    const message = `a checkpoint of the mirror cannot be read: ${messageOf(error)}`
    throw new InventoryEventsError('KAFKA_REFUSED', message, { cause: error })
  }
}

function noCheckpoints(topic: string): InventoryEventsError {
  const message = `topic ${topic} does not exist: expected the alias that MirrorMaker 2 has for the former cluster`
  return new InventoryEventsError('TOPIC_MISSING', message)
}
