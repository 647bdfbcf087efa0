import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import { type Discard, discardIn } from '../../dead-letter/discard.ts'
import { DLQ } from '../../dead-letter/headers.ts'
import { redrivenDeadLetterOf } from '../../dead-letter/redrive-record.ts'
import { headerText } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { deadLetterTopicOf, isRedrive, redriveTopicOf } from '../../topics/names.ts'
import { usage } from '../shared/output.ts'

/** What was done about a dead letter. */
export type Settlement =
  | { type: 'open' }
  | { type: 'redriven' }
  | ({ type: 'discarded' } & Pick<Discard, 'by' | 'at' | 'why'>)

interface Letter {
  place: string
  groupId?: string | undefined
  /** Not known of what older versions settled. */
  origin?: string | undefined
}

/** Which dead letters were settled, and what else a reading of all of them shows. */
export interface Settled {
  of(letter: Letter): Settlement
  /** The dead letter at this place has just been redriven, or discarded. */
  add(letter: Letter, settlement: Settlement): void
  /** The plugins of all dead letters. */
  slugs: ReadonlySet<string>
  /** The partitions of each redrive topic, which a forged dead letter need not know. */
  hasRedrivePartition(topic: string, partition: number): boolean
}

const SETTLED_MAX = 2_000_000

/** Reads the redrive topics, and the records of the dead-letter topics that discard dead letters. */
export async function readSettled(
  kafka: Kafka,
  { KAFKA_TOPICS }: Pick<Config, 'KAFKA_TOPICS'>,
  signal: AbortSignal,
): Promise<Settled> {
  const settlements = new Map<string, Settlement>()
  const slugs = new Set<string>()
  const add: Settled['add'] = (letter, settlement) => settlements.set(keyOf(letter), settlement)

  function onRecord(record: SourceRecord): void {
    if (isRedrive(record)) {
      const redriven = redrivenDeadLetterOf(record)
      if (redriven !== undefined) add(redriven, { type: 'redriven' })
      return
    }
    const discard = discardIn(record)
    if (discard !== undefined) {
      const { by, at, why } = discard
      add(discard, { type: 'discarded', by, at, why })
    }
    const slug = headerText(record, DLQ.plugin)
    if (slug) slugs.add(slug)
  }

  const topics = [...KAFKA_TOPICS.map(redriveTopicOf), ...KAFKA_TOPICS.map(deadLetterTopicOf)]
  const searched = await search(kafka, { topics, signal, onRecord })
  if (settlements.size > SETTLED_MAX) {
    throw usage(
      `${settlements.size} dead letters were redriven or discarded before, more than the limit of ${SETTLED_MAX}`,
    )
  }
  const partitions = new Set(searched.map(({ topic, partition }) => `${topic}/${partition}`))
  return {
    of: (letter) =>
      settlements.get(keyOf(letter)) ??
      settlements.get(keyOf({ ...letter, origin: undefined })) ?? { type: 'open' },
    add,
    slugs,
    hasRedrivePartition: (topic, partition) =>
      partitions.has(`${redriveTopicOf(topic)}/${partition}`),
  }
}

/** A place, a group and an origin: what another group did about its own dead letters does not count. */
function keyOf({ place, groupId = '', origin = '' }: Letter): string {
  return `${place} ${groupId} ${origin}`
}
