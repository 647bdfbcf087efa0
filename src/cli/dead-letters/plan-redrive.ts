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
  deadLetter: DeadLetterInfo
  record: RedriveRecord
}

export interface Plan {
  /** In partition order; as many as fit in memory. */
  planned: Planned[]
  /** The number to redrive by plugin and reason, including those beyond `planned`. */
  counts: Map<string, number>
  total: number
  /** The number that were redriven before. */
  before: number
  /** Those that cannot be redriven, because only a stub was written. */
  stubs: DeadLetterInfo[]
}

const PLANNED_MAX_BYTES = 64 * 1024 * 1024
const REDRIVEN_MAX = 2_000_000

/** Plans to redrive the selected dead letters, except those whose places are in `redriven`. */
export async function planRedrive(
  options: Omit<DeadLetterOptions, 'limit'>,
  redriven: ReadonlySet<string>,
): Promise<Plan> {
  const plan: Plan = { planned: [], counts: new Map(), total: 0, before: 0, stubs: [] }
  let bytes = 0
  await scanDeadLetters(options, (deadLetter, record) => {
    if (deadLetterTopicOf(deadLetter.topic) !== record.topic) return
    if (redriven.has(deadLetter.place)) {
      plan.before += 1
      return
    }
    if (deadLetter.stub !== undefined) {
      plan.stubs.push(deadLetter)
      return
    }
    const what = `${deadLetter.plugin} ${deadLetter.reason}`
    plan.counts.set(what, (plan.counts.get(what) ?? 0) + 1)
    plan.total += 1
    // `bytes` only grows: once a record does not fit, all later ones are left out too, so that the
    // order of each entity is kept.
    bytes += bytesOf(record)
    if (bytes > PLANNED_MAX_BYTES && plan.planned.length > 0) return
    plan.planned.push({ deadLetter, record: redriveRecordOf(deadLetter, copyRecord(record)) })
  })
  return plan
}

/** Reads the places of the dead letters that the group has redriven from its redrive topics. */
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
  const message = `${places.size} dead letters were redriven before, more than the limit of ${REDRIVEN_MAX}`
  throw new InventoryEventsError('USAGE', message)
}
