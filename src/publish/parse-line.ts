import { isUtf8 } from 'node:buffer'
import type { Event } from '../event/event.ts'
import { isPluginEvent, nameOf } from '../event/guards.ts'
import type { Kinds } from '../event/kinds.ts'
import type { MeantName } from '../event/meant-name.ts'
import { timeText } from '../event/time/timestamp.ts'
import { jsonErrorText } from '../event/validation/json-error.ts'
import { formatProblem } from '../event/validation/problem.ts'
import { validateEvent } from '../event/validation/validate.ts'
import { inexactInteger } from './inexact-integer.ts'

export type ParsedLine =
  | { type: 'blank' }
  | { type: 'event'; event: Event }
  | { type: 'bad'; problems: string[] }

/** The id and time of plugin events without them; each is called once per such event. */
export interface EventDefaults {
  id(): string
  nowMs(): number
}

export interface LineRules {
  kinds: Kinds
  mint: EventDefaults
  /** A name that probably stands for another one is wrong. */
  meantName: MeantName
}

/** Invalid UTF-8 decodes to this character; a text without it is valid. */
const REPLACEMENT = '\ufffd'

/** Parses one line of JSON Lines to an event, or to everything that is wrong with it. */
export function parseLine(bytes: Buffer, rules: LineRules): ParsedLine {
  const text = bytes.toString('utf8')
  if (text.includes(REPLACEMENT) && !isUtf8(bytes)) return bad('not valid UTF-8')
  const inexact = inexactInteger(text)
  if (inexact !== undefined) {
    return bad(`the integer ${inexact} is beyond 2^53 and would be rounded; write it as a string`)
  }
  return check(text, rules)
}

function check(text: string, { kinds, mint, meantName }: LineRules): ParsedLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (text.trim() === '') return { type: 'blank' }
    return bad(`not valid JSON: ${jsonErrorText(text, error)}`)
  }
  const validation = validateEvent(kinds, completed(value, mint))
  if (!validation.ok) return bad(...validation.problems.map(formatProblem))
  const { event } = validation
  const meant = meantName(nameOf(event))
  return meant === undefined ? { type: 'event', event } : bad(mistyped(event, meant))
}

/** InvenTree's events have neither id nor time: fills in missing ones; invalid ones are rejected later. */
function completed(value: unknown, mint: EventDefaults): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject || Object.hasOwn(value, 'kind') || !Object.hasOwn(value, 'name')) return value
  const { id = mint.id(), time = timeText(mint.nowMs()) } = value as {
    id?: unknown
    time?: unknown
  }
  return { ...value, id, time }
}

function mistyped(event: Event, meant: string): string {
  const field = isPluginEvent(event) ? 'name' : 'kind'
  return `${field}: ${JSON.stringify(nameOf(event))} is unknown, did you mean ${meant}? --allow-unknown-kinds publishes it as it is`
}

function bad(...problems: string[]): ParsedLine {
  return { type: 'bad', problems }
}
