import { InventoryEventsError } from '../../util/errors.ts'
import type { Event } from '../event.ts'
import { INVENTORY_KINDS } from '../kinds.ts'
import { formatTime, type Micros, parseTime } from '../time/time.ts'
import { checkJson, isPlainObject } from './check-json.ts'
import { checkRecord } from './check-shape.ts'
import { checkEntityKey } from './key-length.ts'
import { formatProblem, type Problem, Problems } from './problem.ts'
import { PLUGIN_EVENT_SHAPE, type RecordShape, SHAPE_OF_KIND } from './shapes.ts'

export type Validation = { ok: true; event: Event } | { ok: false; problems: Problem[] }

/** The required fields of an event of a kind without a schema; other fields may be any JSON. */
export const UNKNOWN_EVENT_SHAPE: RecordShape = { id: 'id', kind: 'id', time: 'time' }

const SHAPE_BY_KIND: ReadonlyMap<unknown, RecordShape> = new Map(
  INVENTORY_KINDS.map((kind) => [kind, { ...SHAPE_OF_KIND[kind], kind: 'id' }]),
)

/**
 * Checks that a value is an event that survives an Avro round trip unchanged. The returned event has
 * its `time` in UTC and, for plugin events, empty `args` and `kwargs` if they were missing. Ids and
 * times are not created here.
 */
export function validateEvent(value: unknown): Validation {
  const problems = new Problems()
  const candidate = checkEvent(value, problems)
  if (problems.list.length > 0) return { ok: false, problems: problems.list }
  const event = { ...candidate, time: inUtc(candidate.time as string) }
  return { ok: true, event: event as unknown as Event }
}

/** Returns the event. Throws EVENT_INVALID with a message that names every invalid field. */
export function assertEvent(value: unknown): Event {
  const validation = validateEvent(value)
  if (validation.ok) return validation.event
  throw new InventoryEventsError('EVENT_INVALID', formatProblems(validation.problems))
}

/** `entity.quantity: expected a number, got "12"; time: expected …`. */
export function formatProblems(problems: Problem[]): string {
  return problems.map(formatProblem).join('; ')
}

/** Checks the value by its `kind` or `name`. Returns it with defaults for omitted fields. */
function checkEvent(value: unknown, problems: Problems): Record<string, unknown> {
  if (!isPlainObject(value)) {
    problems.add('', 'an object', value)
    return {}
  }
  const shape = SHAPE_BY_KIND.get(value.kind)
  if (shape !== undefined) {
    checkRecord(value, shape, '', problems)
    return value
  }
  if (value.kind !== undefined) return checkUnknownEvent(value, problems)
  if (value.name !== undefined) return checkPluginEvent(value, problems)
  problems.add('kind', 'the kind of an inventory event, or a `name` instead', undefined)
  return value
}

function checkPluginEvent(value: Record<string, unknown>, problems: Problems) {
  const { args = [], kwargs = {}, ...others } = value
  const event = { ...others, args, kwargs }
  checkRecord(event, PLUGIN_EVENT_SHAPE, '', problems)
  if (problems.list.length === 0) checkEntityKey(event as unknown as Event, problems)
  return event
}

function checkUnknownEvent(value: Record<string, unknown>, problems: Problems) {
  const { id, kind, time } = value
  checkRecord({ id, kind, time }, UNKNOWN_EVENT_SHAPE, '', problems)
  checkJson(value, '', problems)
  if (problems.list.length === 0) checkEntityKey(value as unknown as Event, problems)
  return value
}

/** Formats the time of a valid event as Avro decoding will return it. */
function inUtc(time: string): string {
  return formatTime(parseTime(time) as Micros) as string
}
