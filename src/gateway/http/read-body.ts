import { isUtf8 } from 'node:buffer'
import { inexactInteger } from '../../publish/inexact-integer.ts'
import { messageOf } from '../../util/errors.ts'
import { invalidEvents, type ProblemDetails, unreadable } from './problem-details.ts'

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
  const body = isLines ? readLines(text) : readJson(text)
  if ('status' in body) return body
  if (body.values.length === 0) return unreadable({ expected: 'at least one event', got: 'none' })
  if (body.values.length > maxEvents) {
    return { status: 413, detail: `the request has more than ${maxEvents} events` }
  }
  return body
}

function readJson(text: string): ReadBody | ProblemDetails {
  const parsed = parse(text)
  if ('problem' in parsed) return unreadable(parsed.problem)
  const isBatch = Array.isArray(parsed.value)
  return { values: isBatch ? (parsed.value as unknown[]) : [parsed.value], isBatch }
}

function readLines(text: string): ReadBody | ProblemDetails {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const parsed = lines.map(parse)
  const errors = parsed.flatMap((line, index) =>
    'problem' in line ? [{ index, field: '', ...line.problem }] : [],
  )
  if (errors.length > 0) return invalidEvents(errors)
  return { values: parsed.map((line) => ('value' in line ? line.value : undefined)), isBatch: true }
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
    return { problem: { expected: 'JSON', got: messageOf(error) } }
  }
}

const EXACT = 'integers within 2^53 only, others as strings'
