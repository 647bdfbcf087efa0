import { isUtf8 } from 'node:buffer'
import { jsonErrorText } from '../../event/validation/json-error.ts'
import { inexactInteger } from '../../publish/inexact-integer.ts'
import {
  ERRORS_MAX,
  type FieldProblem,
  invalidEvents,
  type ProblemDetails,
  unreadable,
} from './problem-details.ts'

/** The values in a request's body, not validated yet. */
export interface ReadBody {
  values: unknown[]
  /** True for a list or JSON Lines, even with a single event. */
  isBatch: boolean
}

export const JSON_TYPES = ['application/json'] as const
export const JSON_LINES_TYPES = ['application/x-ndjson', 'application/jsonl'] as const

/** Parses JSON, or with `isLines` JSON Lines, ignoring blank lines. */
export function readBody(
  bytes: Buffer,
  isLines: boolean,
  maxEvents: number,
): ReadBody | ProblemDetails {
  if (!isUtf8(bytes)) return unreadable({ expected: 'UTF-8', got: 'other bytes' })
  const text = bytes.toString('utf8')
  const body = isLines ? readLines(text, maxEvents) : readJson(text)
  if ('status' in body) return body
  if (body.values.length === 0) return unreadable({ expected: 'at least one event', got: 'none' })
  return body.values.length > maxEvents ? tooMany(maxEvents) : body
}

function readJson(text: string): ReadBody | ProblemDetails {
  const parsed = parse(text)
  if ('problem' in parsed) return unreadable(parsed.problem)
  const isBatch = Array.isArray(parsed.value)
  return { values: isBatch ? (parsed.value as unknown[]) : [parsed.value], isBatch }
}

/** Counts the lines before parsing any: a body can hold millions. */
function readLines(text: string, maxEvents: number): ReadBody | ProblemDetails {
  const lines = firstLines(text, maxEvents + 1)
  if (lines.length > maxEvents) return tooMany(maxEvents)
  const values: unknown[] = []
  const errors: FieldProblem[] = []
  for (const [index, line] of lines.entries()) {
    const parsed = parse(line)
    if ('value' in parsed) values.push(parsed.value)
    else errors.push({ index, field: '', ...parsed.problem })
    if (errors.length >= ERRORS_MAX) break
  }
  return errors.length > 0 ? invalidEvents(errors) : { values, isBatch: true }
}

/** Returns the lines that are not blank, at most `max` of them. */
function firstLines(text: string, max: number): string[] {
  const lines: string[] = []
  for (let start = 0; start < text.length && lines.length < max; ) {
    const lineBreak = text.indexOf('\n', start)
    const end = lineBreak === -1 ? text.length : lineBreak
    const line = text.slice(start, end)
    if (line.trim() !== '') lines.push(line)
    start = end + 1
  }
  return lines
}

function tooMany(maxEvents: number): ProblemDetails {
  return { status: 413, detail: `the request has more than ${maxEvents} events` }
}

interface TextProblem {
  expected: string
  got: string
}

function parse(text: string): { value: unknown } | { problem: TextProblem } {
  const inexact = inexactInteger(text)
  if (inexact !== undefined) return { problem: { expected: EXACT, got: inexact } }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { problem: { expected: 'JSON', got: jsonErrorText(text, error) } }
  }
}

const EXACT = 'integers within 2^53 only, others as strings'
