import type { StartOffsets } from '../pipeline/intake/start-offsets.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'

export type PluginState = 'enabled' | 'disabled' | 'paused'

/** A plugin's state as it counts. */
export type EffectiveState = PluginState | 'events-off'

/** Who switched what, when and why. */
export interface Audit {
  by: string
  /** RFC 3339, UTC. */
  at: string
  why: string
}

/** The offsets at which a plugin starts. Events below are skipped and committed. */
export type PluginStart = Audit & { switch: 'start'; slug: string; offsets: StartOffsets }

export type PluginSwitch = Audit & { switch: 'plugin'; slug: string; state: PluginState }

export type EventsSwitch = Audit & { switch: 'events'; state: OnOff }

/** The state of one switch after a change. The newest record of each switch counts. */
export type ControlRecord = PluginSwitch | EventsSwitch | PluginStart

export type OnOff = 'on' | 'off'

const FORMAT_VERSION = 1
const EVENTS_KEY = 'events'
const PLUGIN_KEY = 'plugin:'
const START_KEY = 'start:'
/**
 * Records of other kinds are in the same topic: replay plans, the partitions ever committed, and what the
 * group was split from.
 */
const OTHER_KEYS = ['replay:', 'committed:', 'split:']

/** Whether a record of the control topic is a switch. */
export function isSwitch(key: string): boolean {
  return !OTHER_KEYS.some((other) => key.startsWith(other))
}

/** The slug of the plugin that a record of the control topic is about, if any. */
export function slugOfKey(key: string): string | undefined {
  return /^\w+:(.+)$/.exec(key)?.[1]
}

/** Key and value in the control topic, whose compaction keeps the newest record of each key. */
export function encodeControl(record: ControlRecord): { key: string; value: Buffer } {
  const { by, at, why } = record
  const setting = record.switch === 'start' ? { offsets: record.offsets } : { state: record.state }
  const value = { v: FORMAT_VERSION, ...setting, by, at, why }
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

/** Throws CONTROL_INVALID for a record that this version cannot read, as a newer one may write. */
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
  if (!key.startsWith(PLUGIN_KEY)) throw new Error('unknown switch')
  const state = oneOf(value.state, ['enabled', 'disabled', 'paused'])
  return { switch: 'plugin', slug: key.slice(PLUGIN_KEY.length), state, ...audit }
}

export function oneOf<T extends string>(value: unknown, states: readonly T[]): T {
  const state = states.find((each) => each === value)
  if (state !== undefined) return state
  throw new Error(`expected state ${states.join(' or ')}, got ${JSON.stringify(value)}`)
}

export function offsetsOf(value: unknown): StartOffsets {
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

export function entriesOf(value: unknown): [string, unknown][] {
  if (typeof value === 'object' && value !== null) return Object.entries(value)
  throw new Error(`expected offsets by topic and partition, got ${JSON.stringify(value)}`)
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
