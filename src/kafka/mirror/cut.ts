import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { withAdmin } from '../admin/topic-admin.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { withLogReader } from '../reader/with-log-reader.ts'

/** The records of a partition before and after a time; the first one after it and all behind it are after. */
export interface Cut {
  topic: string
  partition: number
  /** The first offset of the log. */
  low: number
  /** The first offset after the time; the end if there is none. */
  at: number
  end: number
  /** How many records are after it. */
  after: number
}

type Place = Pick<Cut, 'topic' | 'partition'>

/** Where each partition of a topic is to be cut off, as of a time. None if there is no such topic. */
export function findCuts(kafka: Kafka, topic: string, timeMs: number): Promise<Cut[]> {
  return ofEachPartition(kafka, topic, (reader, place) => findCut(reader, place, timeMs))
}

/** What is found in the partitions of a topic, one after the other. Nothing if there is no such topic. */
export async function ofEachPartition<T>(
  kafka: Kafka,
  topic: string,
  find: (reader: LogReader, place: Place) => Promise<T>,
): Promise<T[]> {
  const described = await withAdmin(kafka, (admin) => admin.describe([topic]))
  const partitions = described.get(topic)?.partitions ?? 0
  if (partitions === 0) return []
  return withLogReader(kafka, [topic], async (reader) => {
    const found: T[] = []
    for (let partition = 0; partition < partitions; partition++) {
      found.push(await find(reader, { topic, partition }))
    }
    return found
  })
}

async function findCut(reader: LogReader, place: Place, timeMs: number): Promise<Cut> {
  let at: number | undefined
  let after = 0
  const { low, end } = await readPart(reader, place, {}, ({ offset, timestampMs }) => {
    if (at === undefined && timestampMs > timeMs) at = offset
    if (at !== undefined) after += 1
  })
  return { ...place, low, at: at ?? end, end, after }
}

/** Reads what stands between two offsets of a partition. */
export function readPart(
  reader: LogReader,
  { topic, partition }: Place,
  range: { from?: number; to?: number },
  onRecord: (record: SourceRecord) => void | Promise<void>,
) {
  const { signal: lost } = new AbortController()
  return reader.read({ topic, partition, ...range, lost, onRecord })
}
