import type { StartOffsets } from '../pipeline/intake/start-offsets.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'

export type PluginState = 'enabled' | 'disabled' | 'paused'

/** Who switched what, when and why. */
export interface Audit {
  by: string
  /** RFC 3339, UTC. */
  at: string
  why: string
}

/** A plugin takes events from these offsets on; what lies below passes by. */
export type PluginStart = Audit & { switch: 'start'; slug: string; offsets: StartOffsets }

/** One switch as it stands since a change. The newest record of a switch counts. */
export type ControlRecord =
  | (Audit & { switch: 'plugin'; slug: string; state: PluginState })
  | (Audit & { switch: 'events'; state: OnOff })
  | PluginStart

export type OnOff = 'on' | 'off'

const FORMAT_VERSION = 1
const EVENTS_KEY = 'events'
const PLUGIN_KEY = 'plugin:'
const START_KEY = 'start:'
/** Plans of replays lie in the same topic. */
const REPLAY_KEY = 'replay:'

/** Whether a record of the control topic switches anything. */
export function isSwitch(key: string): boolean {
  return !key.startsWith(REPLAY_KEY)
}

/** The plugin that a record of the control topic is about, if it is about one. */
export function slugOfKey(key: string): string | undefined {
  return /^\w+:(.+)$/.exec(key)?.[1]
}

/** Key and value in the control topic, whose compaction keeps the newest record of each key. */
export function encodeControl(record: ControlRecord): { key: string; value: Buffer } {
  const { by, at, why } = record
  const said = record.switch === 'start' ? { offsets: record.offsets } : { state: record.state }
  const value = { v: FORMAT_VERSION, ...said, by, at, why }
  return { key: keyOf(record), value: Buffer.from(JSON.stringify(value)) }
}

function keyOf(record: ControlRecord): string {
  switch (record.switch) {
    case 'events':
      return EVENTS_KEY
    case 'plugin':
      return `${PLUGIN_KEY}${record.slug}`
    case 'start':
      return `${START_KEY}${record.slug}`
  }
}

/** Throws CONTROL_INVALID for what this version does not know: a newer one may have written it. */
export function decodeControl(key: string, value: Buffer): ControlRecord {
  try {
    return parse(key, JSON.parse(value.toString()))
  } catch (error) {
    const message = `the control record of ${key} cannot be read: ${messageOf(error)}`
    throw new InventoryEventsError('CONTROL_INVALID', message, { cause: error })
  }
}

function parse(key: string, value: Record<string, unknown>): ControlRecord {
  if (value.v !== FORMAT_VERSION) {
    throw new Error(`expected version ${FORMAT_VERSION}, got ${JSON.stringify(value.v)}`)
  }
  const audit = { by: textOf(value.by), at: textOf(value.at), why: textOf(value.why) }
  if (key === EVENTS_KEY) {
    return { switch: 'events', state: oneOf(value.state, ['on', 'off']), ...audit }
  }
  if (key.startsWith(START_KEY)) {
    const slug = key.slice(START_KEY.length)
    return { switch: 'start', slug, offsets: offsetsOf(value.offsets), ...audit }
  }
  if (!key.startsWith(PLUGIN_KEY)) throw new Error('no switch has this key')
  const state = oneOf(value.state, ['enabled', 'disabled', 'paused'])
  return { switch: 'plugin', slug: key.slice(PLUGIN_KEY.length), state, ...audit }
}

function oneOf<T extends string>(value: unknown, states: readonly T[]): T {
  const state = states.find((each) => each === value)
  if (state !== undefined) return state
  throw new Error(`expected state ${states.join(' or ')}, got ${JSON.stringify(value)}`)
}

function offsetsOf(value: unknown): StartOffsets {
  const topics = entriesOf(value)
  return Object.fromEntries(topics.map(([topic, offsets]) => [topic, ofTopic(topic, offsets)]))
}

function ofTopic(topic: string, value: unknown): Record<number, number> {
  const entries = entriesOf(value).map(([partition, offset]) => [Number(partition), offset])
  if (entries.flat().every((number) => Number.isSafeInteger(number) && Number(number) >= 0)) {
    return Object.fromEntries(entries)
  }
  throw new Error(`expected offsets by partition, got ${JSON.stringify(value)} for ${topic}`)
}

function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null) return Object.entries(value)
  throw new Error(`expected offsets by topic and partition, got ${JSON.stringify(value)}`)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
