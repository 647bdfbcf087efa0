import type { Event, InventoryWastedEvent } from '../../event/event.ts'
import { createInventoryEvents } from './inventory-events.ts'
import { createPluginEvents } from './plugin-events.ts'
import { type Random, seededRandom } from './random.ts'
import { SAMPLES } from './samples.ts'
import { createStamp } from './stamp.ts'

/** One publication of an event. */
export interface Publication {
  /** `again`: the same event repeated; `conflict`: a used id with different content. */
  type: 'first' | 'again' | 'conflict'
  event: Event
}

export interface StreamOptions {
  /** The number of generated events, without the samples and duplicates. */
  events: number
  seed: number
}

const ENTITIES_MAX = 500
const ENTITIES_MIN = 10
/** Small streams have fewer entities, so that each has enough events. */
const EVENTS_PER_ENTITY = 20
const PLUGIN_EVENT_SHARE = 0.15
const DUPLICATE_SHARE = 0.01
/** The maximum distance of a duplicate from its first publication, in events. */
const LATEST_AGAIN = 2_000

/** The samples, then generated inventory and plugin events, interleaved; deterministic for the same options. */
export function generateStream({ events, seed }: StreamOptions): Publication[] {
  const random = seededRandom(seed)
  const firsts = [...SAMPLES, ...generateEvents(events, random)]
  const slots = firsts.map((event, at) => ({ at, type: 'first' as const, event }))
  const again = pickSome(slots, Math.round(events * DUPLICATE_SHARE), random).map((slot) => ({
    at: later(slot.at, random),
    type: 'again' as const,
    event: slot.event,
  }))
  const conflict = { at: later(SAMPLES.length, random), type: 'conflict' as const, event: CONFLICT }
  return [...slots, ...again, conflict]
    .sort((one, other) => one.at - other.at)
    .map(({ type, event }) => ({ type, event }))
}

/** The events that follow those of `generateStream` with the same options, without an end. */
export function* laterEvents({ events, seed }: StreamOptions): Generator<Event, never> {
  const next = eventsOf(entitiesOf(events), seededRandom(seed))
  for (let count = 0; count < events; count++) next()
  for (;;) yield next()
}

export function entitiesOf(events: number): number {
  return Math.min(ENTITIES_MAX, Math.max(ENTITIES_MIN, Math.floor(events / EVENTS_PER_ENTITY)))
}

function generateEvents(count: number, random: Random): Event[] {
  return Array.from({ length: count }, eventsOf(entitiesOf(count), random))
}

function eventsOf(entities: number, random: Random): () => Event {
  const mint = createStamp(random)
  const goods = createInventoryEvents(entities, random, mint)
  const stories = createPluginEvents(random, mint)
  return () => (random.next() < PLUGIN_EVENT_SHARE ? stories.next() : goods.next())
}

/** A position between two later events of the stream. */
function later(at: number, random: Random): number {
  return at + 0.5 + random.below(LATEST_AGAIN)
}

function pickSome<T>(all: readonly T[], count: number, random: Random): T[] {
  const left = [...all]
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]!)
}

/** Different content under the id of a sample, as a faulty producer would send it. */
const CONFLICT: InventoryWastedEvent = {
  ...SAMPLES.find((event) => event.kind === 'inventory.wasted')!,
  reason: 'Stolen',
}
