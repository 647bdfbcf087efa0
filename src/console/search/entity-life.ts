import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import type { EventReader } from '../../explain/event-reader.ts'
import type { OffsetRange } from '../../kafka/reader/offset-ranges.ts'
import type { RunningSearch } from '../http/stream.ts'
import type { EntityPart, ReadBack } from '../view/entity-life.ts'
import { genealogyOf } from '../view/genealogy.ts'
import { type LifeStep, stepOf } from '../view/life-step.ts'
import { concerns, LINKING_KINDS, linksOf } from '../view/links.ts'
import type { SeenEvent } from '../view/seen-event.ts'
import { whereItIs } from '../view/where-it-is.ts'
import { nextOf } from './cursor.ts'
import { inOrder } from './in-order.ts'
import { type ReadSoFar, readNewestFirst } from './newest-first.ts'
import type { See } from './see.ts'

export interface LifePorts {
  kafka: Kafka
  topics: readonly string[]
  reader: Pick<EventReader, 'nameIn'>
  see: See
}

export interface LifeQuery {
  key: string
  /** Continues with older events of its own key. */
  older?: string
  /** Continues the scan for events of others. */
  further?: string
}

/** Of the entity's own events, at once. */
export const EVENTS_MAX = 200
const GENEALOGY = { generations: 2, nodes: 50 }
/** Comparing keys is cheap, but there must be time for the events of others. */
export const OWN_RECORDS_MAX = 200_000
const OWN_MS = 2_500
/** Of all entities. */
export const LINKING_RECORDS_MAX = 20_000

type Search = RunningSearch<EntityPart>

/** The life of an entity: first what its own key shows, then what only events of others show. */
export async function entityLife(ports: LifePorts, query: LifeQuery, search: Search) {
  const own = await ownEvents(ports, query, search)
  const steps = stepsOf(own.events)
  await search.found({
    ...{ part: 'life', steps, now: whereItIs(steps) },
    ...{ readBack: own.readBack, older: nextOf(own.left) },
  })
  if (query.older !== undefined || search.reached !== undefined) return undefined
  const linking = await linkingEvents(ports, query, search)
  const known = new Set(own.events.map(({ place }) => place))
  const others = linking.events.filter(({ place }) => !known.has(place))
  const theirs = others.filter((each) => each.entity !== query.key && concerns(each, query.key))
  const now = whereItIs(stepsOf([...own.events, ...theirs]))
  const links = linksOf(inOrder([...own.events, ...others]))
  await search.found({
    ...{ part: 'relations', steps: stepsOf(theirs), now },
    genealogy: genealogyOf({ id: query.key, name: now.name }, links, GENEALOGY),
    ...{ readBack: linking.readBack, further: nextOf(linking.left) },
  })
  return undefined
}

/** An event as a step. What it holds may be large, and is kept only where it links entities. */
interface Lived extends SeenEvent {
  step: LifeStep
}

interface Read {
  events: Lived[]
  left: readonly OffsetRange[]
  readBack: ReadBack
}

/** The newest events of its own key, and where older ones begin. */
async function ownEvents(
  { kafka, topics, see }: LifePorts,
  { key, older: cursor }: LifeQuery,
  search: Search,
): Promise<Read> {
  const bytes = Buffer.from(key)
  const events: Lived[] = []
  const before = search.read
  const reached = await readNewestFirst(kafka, search, {
    ...{ range: { topics, key }, cursor },
    ...{ firstRound: EVENTS_MAX, recordsMax: OWN_RECORDS_MAX },
    onRecord: (record) => (record.key?.equals(bytes) ? take(record) : undefined),
    onRound: () => events.length < EVENTS_MAX && search.elapsedMs < OWN_MS,
  })
  const shown = inOrder(events).slice(-EVENTS_MAX)
  const places = new Set(shown.map(({ place }) => place))
  const dropped = events.filter(({ place }) => !places.has(place))
  const left = reached.left.map((range) => {
    const here = dropped.filter(
      ({ topic, partition }) => topic === range.topic && partition === range.partition,
    )
    return { ...range, end: Math.max(range.end, ...here.map(({ offset }) => offset + 1)) }
  })
  return { events: shown, left, readBack: readBack({ ...reached, left }, search.read - before) }

  async function take(record: SourceRecord): Promise<void> {
    events.push(lived(await see(record), key))
  }
}

/** The newest events of the kinds that link entities, whatever their keys. */
async function linkingEvents(
  { kafka, topics, reader, see }: LifePorts,
  { key, further: cursor }: LifeQuery,
  search: Search,
): Promise<Read> {
  const events: Lived[] = []
  const before = search.read
  const reached = await readNewestFirst(kafka, search, {
    ...{ range: { topics }, cursor, recordsMax: LINKING_RECORDS_MAX },
    async onRecord(record) {
      const name = record.value && (await reader.nameIn(record.value).catch(() => undefined))
      if (name && LINKING_KINDS.has(name)) events.push(lived(await see(record), key))
    },
    onRound: () => true,
  })
  return { events, left: reached.left, readBack: readBack(reached, search.read - before) }
}

function lived(seen: SeenEvent, key: string): Lived {
  const isLink = LINKING_KINDS.has(seen.name ?? '')
  return { ...seen, visible: isLink ? seen.visible : null, step: stepOf(seen, key) }
}

function stepsOf(events: readonly Lived[]): LifeStep[] {
  return inOrder(events).map(({ step }) => step)
}

function readBack({ left, backToMs, isCutByRetention }: ReadSoFar, records: number): ReadBack {
  const isAll = left.every(({ start, end }) => start >= end)
  return { backToMs, isCutByRetention: isCutByRetention && isAll, isAll, records }
}
