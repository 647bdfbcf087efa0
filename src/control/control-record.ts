import { InventoryEventsError, messageOf } from '../event/errors.ts'

export type PluginState = 'enabled' | 'disabled' | 'paused'

/** Who switched what, when and why. */
export interface Audit {
  by: string
  /** RFC 3339, UTC. */
  at: string
  why: string
}

/** One switch as it stands since a change. The newest record of a switch counts. */
export type ControlRecord = Audit &
  ({ switch: 'plugin'; slug: string; state: PluginState } | { switch: 'events'; state: OnOff })

export type OnOff = 'on' | 'off'

const FORMAT_VERSION = 1
const EVENTS_KEY = 'events'
const PLUGIN_KEY = 'plugin:'

/** Key and value in the control topic, whose compaction keeps the newest record of each key. */
export function encodeControl(record: ControlRecord): { key: string; value: Buffer } {
  const { state, by, at, why } = record
  const key = record.switch === 'events' ? EVENTS_KEY : `${PLUGIN_KEY}${record.slug}`
  return { key, value: Buffer.from(JSON.stringify({ v: FORMAT_VERSION, state, by, at, why })) }
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
  if (!key.startsWith(PLUGIN_KEY)) throw new Error('no switch has this key')
  const state = oneOf(value.state, ['enabled', 'disabled', 'paused'])
  return { switch: 'plugin', slug: key.slice(PLUGIN_KEY.length), state, ...audit }
}

function oneOf<T extends string>(value: unknown, states: readonly T[]): T {
  const state = states.find((each) => each === value)
  if (state !== undefined) return state
  throw new Error(`expected state ${states.join(' or ')}, got ${JSON.stringify(value)}`)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
