import { InventoryEventsError } from '../../util/errors.ts'
import { entityKey } from '../entity-key.ts'
import type { Event } from '../event.ts'
import type { Kinds } from '../kinds.ts'
import { formatTime, type Micros, parseTime } from '../time/time.ts'
import { checkJson, isPlainObject } from './check-json.ts'
import { checkRecord } from './check-shape.ts'
import { checkKeyLength } from './key-length.ts'
import { formatProblem, type Problem, Problems } from './problem.ts'
import { PLUGIN_EVENT_SHAPE, type RecordShape } from './shapes.ts'

export type Validation = { ok: true; event: Event } | { ok: false; problems: Problem[] }

/** The required fields of an event of a kind without a schema; other fields may be any JSON. */
export const UNKNOWN_EVENT_SHAPE: RecordShape = { id: 'id', kind: 'id', time: 'time' }

/**
 * Checks that a value is an event that survives an Avro round trip unchanged. The returned event has
 * its `time` in UTC and, for plugin events, empty `args` and `kwargs` if they were missing. Ids and
 * times are not created here.
 */
export function validateEvent(kinds: Kinds, value: unknown): Validation {
  const problems = new Problems()
  const candidate = checkEvent(kinds, value, problems)
  if (problems.list.length > 0) return { ok: false, problems: problems.list }
  const event = { ...candidate, time: inUtc(candidate.time as string) }
  return { ok: true, event: event as unknown as Event }
}

/** Returns the event. Throws EVENT_INVALID with a message that names every invalid field. */
export function assertEvent(kinds: Kinds, value: unknown): Event {
  const validation = validateEvent(kinds, value)
  if (validation.ok) return validation.event
  throw new InventoryEventsError('EVENT_INVALID', formatProblems(validation.problems))
}

/** `entity.quantity: expected a number, got "12"; time: expected …`. */
export function formatProblems(problems: Problem[]): string {
  return problems.map(formatProblem).join('; ')
}

/** Checks the value by its `kind` or `name`. Returns it with defaults for omitted fields. */
function checkEvent(kinds: Kinds, value: unknown, problems: Problems): Record<string, unknown> {
  if (!isPlainObject(value)) {
    problems.add('', 'an object', value)
    return {}
  }
  const kind = kinds.get(value.kind)
  if (kind !== undefined) {
    checkRecord(value, kind.shape, '', problems)
    return value
  }
  if (value.kind !== undefined) return checkUnknownEvent(kinds, value, problems)
  if (value.name !== undefined) return checkPluginEvent(kinds, value, problems)
  problems.add('kind', 'the kind of an inventory event, or a `name` instead', undefined)
  return value
}

function checkPluginEvent(kinds: Kinds, value: Record<string, unknown>, problems: Problems) {
  const { args = [], kwargs = {}, ...others } = value
  const event = { ...others, args, kwargs }
  checkRecord(event, PLUGIN_EVENT_SHAPE, '', problems)
  if (problems.list.length === 0)
    checkKeyLength(entityKey(kinds, event as unknown as Event), problems)
  return event
}

function checkUnknownEvent(kinds: Kinds, value: Record<string, unknown>, problems: Problems) {
  const { id, kind, time } = value
  checkRecord({ id, kind, time }, UNKNOWN_EVENT_SHAPE, '', problems)
  checkJson(value, '', problems)
  if (problems.list.length === 0)
    checkKeyLength(entityKey(kinds, value as unknown as Event), problems)
  return value
}

/** Formats the time of a valid event as Avro decoding will return it. */
function inUtc(time: string): string {
  return formatTime(parseTime(time) as Micros) as string
}
