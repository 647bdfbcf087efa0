import type { Kafka } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import { type Decision, decisionIn } from '../../dead-letter/decision.ts'
import { DLQ } from '../../dead-letter/headers.ts'
import { redrivenDeadLetterOf } from '../../dead-letter/redrive-record.ts'
import { headerText } from '../../event/headers.ts'
import type { SourceRecord } from '../../event/record.ts'
import { search } from '../../kafka/reader/search-topics.ts'
import { deadLetterTopicOf, isRedrive, redriveTopicOf } from '../../topics/names.ts'
import { InventoryEventsError } from '../../util/errors.ts'

/** What was done about a dead letter. */
export type Settlement =
  | { type: 'open' }
  | { type: 'redriven' }
  | ({ type: 'discarded' } & Pick<Decision, 'by' | 'at' | 'why'>)

interface Letter {
  place: string
  groupId?: string | undefined
  /** Not known of what older versions settled. */
  origin?: string | undefined
}

/** Which dead letters were settled, and what else a reading of all of them shows. */
export interface Settled {
  of(letter: Letter): Settlement
  /** The dead letter at this place has just been redriven, discarded or restored. */
  add(letter: Letter, settlement: Settlement): void
  /** The plugins of all dead letters. */
  slugs: ReadonlySet<string>
  /** The partitions of each redrive topic, which a forged dead letter need not know. */
  hasRedrivePartition(topic: string, partition: number): boolean
}

const SETTLED_MAX = 2_000_000

/** Reads the redrive topics, and what the dead-letter topics hold of decisions. */
export async function readSettled(
  kafka: Kafka,
  { KAFKA_TOPICS }: Pick<Config, 'KAFKA_TOPICS'>,
  signal: AbortSignal,
): Promise<Settled> {
  const redriven = new Set<string>()
  const discarded = new Map<string, Settlement>()
  const slugs = new Set<string>()
  const add: Settled['add'] = (letter, settlement) => {
    const key = keyOf(letter)
    if (settlement.type === 'redriven') redriven.add(key)
    else if (settlement.type === 'discarded') discarded.set(key, settlement)
    // It may have been discarded by an older version.
    else for (const each of [key, keyOf({ ...letter, origin: undefined })]) discarded.delete(each)
  }

  function onRecord(record: SourceRecord): void {
    if (isRedrive(record)) {
      const letter = redrivenDeadLetterOf(record)
      if (letter !== undefined) add(letter, { type: 'redriven' })
      return
    }
    const decision = decisionIn(record)
    if (decision !== undefined) add(decision, settlementBy(decision))
    const slug = headerText(record, DLQ.plugin)
    if (slug) slugs.add(slug)
  }

  const topics = [...KAFKA_TOPICS.map(redriveTopicOf), ...KAFKA_TOPICS.map(deadLetterTopicOf)]
  const searched = await search(kafka, { topics, signal, onRecord })
  const count = redriven.size + discarded.size
  if (count > SETTLED_MAX) {
    const message = `${count} dead letters were redriven or discarded before, more than the limit of ${SETTLED_MAX}`
    throw new InventoryEventsError('USAGE', message)
  }
  const partitions = new Set(searched.map(({ topic, partition }) => `${topic}/${partition}`))
  return {
    of(letter) {
      const keys = [keyOf(letter), keyOf({ ...letter, origin: undefined })]
      if (keys.some((key) => redriven.has(key))) return { type: 'redriven' }
      return discarded.get(keys[0]!) ?? discarded.get(keys[1]!) ?? { type: 'open' }
    },
    add,
    slugs,
    hasRedrivePartition: (topic, partition) =>
      partitions.has(`${redriveTopicOf(topic)}/${partition}`),
  }
}

/** What a letter is after a decision; the last one of each counts. */
export function settlementBy({ type, by, at, why }: Decision): Settlement {
  switch (type) {
    case 'discard':
      return { type: 'discarded', by, at, why }
    case 'restore':
      return { type: 'open' }
  }
}

/** A place, a group and an origin: what another group did about its own dead letters does not count. */
function keyOf({ place, groupId = '', origin = '' }: Letter): string {
  return `${place} ${groupId} ${origin}`
}
