import type { Kafka } from 'kafkajs'
import { MOMENTS, parseTimeOrAge, rangeProblem } from '../../event/time/relative-time.ts'
import { readRecord } from '../../kafka/reader/read-record.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { Refused } from '../http/route.ts'

const PLACE = /^([\w.-]{1,249})\/(\d{1,6})@(\d{1,15})$/

/** When to begin: a time, an age, or the time of the record at a place. */
export async function startOf(
  { kafka, topics }: { kafka: Kafka; topics: readonly string[] },
  text: string,
  nowMs: number,
): Promise<number> {
  const fromMs = PLACE.test(text)
    ? await timeAt({ kafka, topics }, text)
    : parseTimeOrAge(text, nowMs)
  if (fromMs === undefined) {
    throw new Refused(400, `from: expected ${MOMENTS}, or a place such as ${topics[0]}/0@17`)
  }
  const problem = rangeProblem({ fromMs }, nowMs)
  if (problem !== undefined) throw new Refused(400, problem)
  return fromMs
}

async function timeAt(
  { kafka, topics }: { kafka: Kafka; topics: readonly string[] },
  place: string,
): Promise<number> {
  const [, topic = '', partition, offset] = PLACE.exec(place) ?? []
  if (!topics.includes(topic)) {
    throw new Refused(400, `from: expected a place in ${topics.join(', ')}, got ${topic}`)
  }
  const at = { topic, partition: Number(partition), offset: Number(offset) }
  const record = await readRecord(kafka, at).catch((error) => {
    // Whether it is there is not known while Kafka can't be read.
    if (!(error instanceof InventoryEventsError && error.code === 'TOPIC_MISSING')) throw error
    return undefined
  })
  if (record !== undefined) return record.timestampMs
  throw new Refused(404, `from: there is no record at ${place}, or retention has removed it`)
}
