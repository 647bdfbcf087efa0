import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import type { DeadLetterInfo } from '../../dead-letter/read-dead-letter.ts'
import {
  type RedriveRecord,
  redrivenDeadLetterOf,
  redriveRecordOf,
} from '../../dead-letter/redrive-record.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { bytesOf, copyRecord } from '../../pipeline/intake/retain-record.ts'
import { deadLetterTopicOf, redriveTopicOf } from '../../topics/names.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import type { DeadLetterOptions } from './options.ts'
import { scanDeadLetters } from './scan.ts'

export interface Planned {
  letter: DeadLetterInfo
  record: RedriveRecord
}

export interface Plan {
  /** In the order of each partition of the dead letters; as many as fit in memory. */
  planned: Planned[]
  /** How many are to be redriven, by plugin and reason; with those beyond `planned`. */
  counts: Map<string, number>
  total: number
  /** How many were redriven before. */
  before: number
}

const PLANNED_MAX_BYTES = 64 * 1024 * 1024
const REDRIVEN_MAX = 2_000_000

/** The dead letters that the options choose, without those whose places are in `redriven`. */
export async function planRedrive(
  options: Omit<DeadLetterOptions, 'limit'>,
  redriven: ReadonlySet<string>,
): Promise<Plan> {
  const plan: Plan = { planned: [], counts: new Map(), total: 0, before: 0 }
  let bytes = 0
  await scanDeadLetters(options, (letter, record) => {
    if (deadLetterTopicOf(letter.topic) !== record.topic) return
    if (redriven.has(letter.place)) {
      plan.before += 1
      return
    }
    const what = `${letter.plugin} ${letter.reason}`
    plan.counts.set(what, (plan.counts.get(what) ?? 0) + 1)
    plan.total += 1
    // Once something is left out so is all behind it, or an entity's order would be broken.
    bytes += bytesOf(record)
    if (bytes > PLANNED_MAX_BYTES && plan.planned.length > 0) return
    plan.planned.push({ letter, record: redriveRecordOf(letter, copyRecord(record)) })
  })
  return plan
}

/** The places of the dead letters that the group has redriven, as its redrive topics tell. */
export async function redrivenBefore(
  kafka: Kafka,
  { KAFKA_TOPICS, KAFKA_GROUP_ID }: Pick<Config, 'KAFKA_TOPICS' | 'KAFKA_GROUP_ID'>,
  signal: AbortSignal,
): Promise<Set<string>> {
  const places = new Set<string>()
  await search(kafka, {
    topics: KAFKA_TOPICS.map(redriveTopicOf),
    groupId: KAFKA_GROUP_ID,
    signal,
    onRecord(record) {
      const place = redrivenDeadLetterOf(record, KAFKA_GROUP_ID)
      if (place !== undefined) places.add(place)
    },
  })
  if (places.size <= REDRIVEN_MAX) return places
  const message = `${places.size} were redriven already: more than can be told apart, ${REDRIVEN_MAX}`
  throw new InventoryEventsError('USAGE', message)
}
