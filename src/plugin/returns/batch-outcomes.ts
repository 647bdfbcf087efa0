import type { Event } from '../../event/event.ts'
import { type HandlerReturn, returnOf } from './returns.ts'

/**
 * Outcomes that differ from `processed`, by the event itself: an event of the batch that is not in it is
 * processed. Anything else as a key, or as a value, fails the call.
 */
export type BatchOutcomes = ReadonlyMap<Event, HandlerReturn>

const NONE: BatchOutcomes = new Map()

/**
 * What a handler of batches returned, checked against its events. Throws TypeError for everything else: what
 * is not understood must not count as processed.
 */
export function outcomesOf(value: unknown, events: readonly Event[]): BatchOutcomes {
  if (value === undefined) return NONE
  if (!(value instanceof Map)) throw misfit('nothing or a Map', value)
  const known = new Set<unknown>(events)
  for (const [event, returned] of value) {
    if (!known.has(event)) throw misfit('as keys events of the batch themselves', event)
    if (returnOf(returned) === undefined)
      throw misfit('as values what skip, reject or retryAfter return', returned)
  }
  return new Map(value)
}

function misfit(expected: string, got: unknown): TypeError {
  const what = got === null ? 'null' : typeof got
  return new TypeError(`processEvents: expected ${expected}, got ${what}`)
}
