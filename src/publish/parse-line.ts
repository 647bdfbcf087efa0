import { isUtf8 } from 'node:buffer'
import type { Event } from '../event/event.ts'
import { formatProblem } from '../event/validation/problem.ts'
import { validateEvent } from '../event/validation/validate.ts'
import { messageOf } from '../util/errors.ts'
import { inexactInteger } from './inexact-integer.ts'

export type ParsedLine =
  | { type: 'blank' }
  | { type: 'event'; event: Event }
  | { type: 'bad'; problems: string[] }

/** What a plugin event without an id or a time is given; both are read once for each such event. */
export interface EventDefaults {
  id(): string
  nowMs(): number
}

/** What bytes that are no UTF-8 are decoded to, so without it they are. */
const REPLACEMENT = '\ufffd'

/** One line of JSON Lines as an event, or everything that is wrong with it. */
export function parseLine(bytes: Buffer, mint: EventDefaults): ParsedLine {
  const text = bytes.toString('utf8')
  if (text.includes(REPLACEMENT) && !isUtf8(bytes)) return bad('not valid UTF-8')
  const inexact = inexactInteger(text)
  if (inexact !== undefined) {
    return bad(`the integer ${inexact} is beyond 2^53 and would be changed; write it as a string`)
  }
  return check(text, mint)
}

function check(text: string, mint: EventDefaults): ParsedLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (text.trim() === '') return { type: 'blank' }
    return bad(`not valid JSON: ${messageOf(error)}`)
  }
  const validation = validateEvent(completed(value, mint))
  if (validation.ok) return { type: 'event', event: validation.event }
  return bad(...validation.problems.map(formatProblem))
}

/** InvenTree's events carry neither id nor time; a missing one is minted, a wrong one is refused. */
function completed(value: unknown, mint: EventDefaults): unknown {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject || Object.hasOwn(value, 'kind') || !Object.hasOwn(value, 'name')) return value
  const { id = mint.id(), time = new Date(mint.nowMs()).toISOString() } = value as {
    id?: unknown
    time?: unknown
  }
  return { ...value, id, time }
}

function bad(...problems: string[]): ParsedLine {
  return { type: 'bad', problems }
}
