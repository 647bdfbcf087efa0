import { nameOf } from '../event/guards.ts'
import type { Kinds } from '../event/kinds.ts'
import { createMeantName, type MeantName } from '../event/meant-name.ts'
import type { Trace } from '../event/trace.ts'
import { isKeyLength, KEY_LENGTH } from '../event/validation/key-length.ts'
import { formatProblems, validateEvent } from '../event/validation/validate.ts'
import { derivedId } from './derived-id.ts'
import type { FollowUp } from './follow-up.ts'

/** What a follow-up has from the call that publishes it. */
export interface FollowUpCause {
  /** The event that is being handled. */
  eventId: string
  /** The same on every attempt and redrive. */
  idempotencyKey: string
  time: string
  source: string
  hops: number
  trace: Trace | undefined
}

export interface FollowUpOptions {
  /** Distinguishes the follow-ups of one event. Default: the event's kind or name. */
  name?: string
  topic?: string
  key?: string
}

/** A plugin that causes its own events would never end. */
const HOPS_MAX = 16

/** Making one takes longer than checking an event. */
const meantNames = new WeakMap<Kinds, MeantName>()

/**
 * Checks an event that a handler publishes. Its id, if it has none, is derived from the delivery and
 * the name, and its time is that of the event which it follows from, so every attempt makes the same
 * event. Throws a TypeError that names every invalid field, and a RangeError beyond 16 hops.
 */
export function makeFollowUp(
  kinds: Kinds,
  candidate: unknown,
  { name, topic, key }: FollowUpOptions,
  { eventId, idempotencyKey, time, source, hops, trace }: FollowUpCause,
): FollowUp {
  const fields = typeof candidate === 'object' && candidate !== null ? candidate : undefined
  const named = name ?? eventNameOf(fields)
  const given = fields && { id: derivedId(`${idempotencyKey}/${named}`), time, ...defined(fields) }
  const validation = validateEvent(kinds, given ?? candidate)
  if (!validation.ok) throw new TypeError(`context.publish: ${formatProblems(validation.problems)}`)
  const { event } = validation
  requireKnown(kinds, nameOf(event))
  requireKey(key)
  requireTopicName(topic)
  if (hops >= HOPS_MAX) {
    const message = `context.publish: expected at most ${HOPS_MAX} follow-ups in a row, and the event is the ${hops}th; do plugins cause their own events?`
    throw new RangeError(message)
  }
  return { event, topic, key, source, trace, cause: eventId, hops: hops + 1 }
}

/** What is undefined counts as left out. */
function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function eventNameOf(fields: { kind?: unknown; name?: unknown } | undefined): unknown {
  return fields?.kind ?? fields?.name
}

function requireKnown(kinds: Kinds, name: string): void {
  const meantName = meantNames.get(kinds) ?? createMeantName(kinds)
  meantNames.set(kinds, meantName)
  const meant = meantName(name)
  if (meant === undefined) return
  throw new TypeError(`context.publish: '${name}' is unknown, did you mean '${meant}'?`)
}

function requireKey(key: unknown): void {
  if (key === undefined) return
  if (typeof key === 'string' && key !== '' && isKeyLength(key)) return
  throw new TypeError(`context.publish: key: expected a text of ${KEY_LENGTH}, got ${shown(key)}`)
}

function requireTopicName(topic: unknown): void {
  if (topic === undefined || (typeof topic === 'string' && /^[\w.-]{1,249}$/.test(topic))) return
  const expected = 'the name of a topic (at most 249 letters, digits, and . _ -)'
  throw new TypeError(`context.publish: topic: expected ${expected}, got ${shown(topic)}`)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : typeof value
}
