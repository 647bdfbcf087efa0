import type { Kafka } from 'kafkajs'
import { timeAfter } from '../../event/time/time-after.ts'
import { systemClock as clock } from '../../util/clock.ts'
import type { LogReader } from '../reader/log-reader.ts'
import { withLogReader } from '../reader/with-log-reader.ts'
import { openLogWriter } from '../state/log-writer.ts'
import { ofEachPartition, readPart } from './cut.ts'
import { NewestByKey } from './newest-by-key.ts'

/** What a partition of a state topic holds besides the states of a time. */
export interface StatesCut {
  topic: string
  partition: number
  untilMs: number
  /** Records from after it. */
  after: number
  /** States that are older than others of their keys before them: a mirror has copied them again. */
  older: number
}

/** What is to be cut off in each partition of a topic, as of a time. None if there is no such topic. */
export function findStates(kafka: Kafka, topic: string, untilMs: number): Promise<StatesCut[]> {
  return ofEachPartition(kafka, topic, async (reader, place) => {
    const { newest } = await readNewest(reader, { ...place, untilMs })
    return { ...place, untilMs, after: newest.later, older: newest.older }
  })
}

/**
 * Gives states the values that they had at a time, where the last ones are others: appended, so that they
 * count. Those that had none are cleared. Returns how many there are of each. Doing it again does no harm.
 */
export async function cutStates(
  kafka: Kafka,
  cut: StatesCut,
): Promise<{ restored: number; cleared: number }> {
  const { topic, partition } = cut
  const counts = { restored: 0, cleared: 0 }
  if (cut.after + cut.older === 0) return counts
  const writer = await openLogWriter(kafka, topic)
  try {
    await withLogReader(kafka, [topic], async (reader) => {
      const { newest, end } = await readNewest(reader, cut)
      const timestampMs = timeAfter(clock.now(), newest.newestMs)
      const offsets = new Set<number>()
      for (const [name, offset] of newest.changed()) {
        if (offset !== undefined) offsets.add(offset)
        else {
          counts.cleared += 1
          await writer.add({
            key: Buffer.from(name, 'latin1'),
            value: null,
            partition,
            timestampMs,
          })
        }
      }
      await readPart(reader, cut, { to: end }, async (record) => {
        if (!offsets.has(record.offset)) return
        counts[record.value === null ? 'cleared' : 'restored'] += 1
        await writer.take(record, timestampMs)
      })
    })
    await writer.send()
  } finally {
    await writer.close()
  }
  return counts
}

async function readNewest(
  reader: LogReader,
  { topic, partition, untilMs }: Pick<StatesCut, 'topic' | 'partition' | 'untilMs'>,
): Promise<{ newest: NewestByKey; end: number }> {
  const newest = new NewestByKey(untilMs)
  const { end } = await readPart(reader, { topic, partition }, {}, (record) => newest.take(record))
  return { newest, end }
}
