import type { Problem } from '../../event/validation/problem.ts'

/** What is wrong with one field of one event. */
export interface FieldProblem {
  /** The index of the event in the request, from 0. */
  index: number
  /** Such as `entity.quantity`; empty for the event itself. */
  field: string
  expected: string
  got: string
}

/** Why a request failed, as sent to the client. Holds nothing that the client may not know. */
export interface ProblemDetails {
  status: ProblemStatus
  detail: string
  /** What is logged instead of `detail` if that quotes the request. */
  logged?: string
  errors?: readonly FieldProblem[]
  headers?: Readonly<Record<string, string>>
}

const TITLES = {
  400: 'Bad request',
  401: 'Not authorised',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  413: 'Too large',
  415: 'Unsupported media type',
  417: 'Expectation failed',
  422: 'Invalid event',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Unavailable',
} as const

export type ProblemStatus = keyof typeof TITLES

/** The body of `application/problem+json` (RFC 9457). */
export function problemDocument({
  status,
  detail,
  errors,
}: ProblemDetails): Record<string, unknown> {
  return { type: 'about:blank', title: TITLES[status], status, detail, ...(errors && { errors }) }
}

export function isProblemStatus(status: number): status is ProblemStatus {
  return status in TITLES
}

/** A response lists at most this many errors; what comes after them is not validated. */
export const ERRORS_MAX = 100

/** Rejects the whole request because some of its events are invalid. */
export function invalidEvents(errors: readonly FieldProblem[]): ProblemDetails {
  const bad = new Set(errors.map(({ index }) => index)).size
  const atLeast = errors.length >= ERRORS_MAX ? 'at least ' : ''
  const what = bad === 1 ? '1 event is invalid' : `${atLeast}${bad} events are invalid`
  const detail = `${what}; nothing of the request was published`
  return { status: 422, detail, errors: errors.slice(0, ERRORS_MAX) }
}

/** Rejects a body that can't be parsed. */
export function unreadable({ expected, got }: { expected: string; got: string }): ProblemDetails {
  const detail = `the body: expected ${expected}, got ${got}; nothing of the request was published`
  return { status: 422, detail, logged: `the body: expected ${expected}` }
}

/** The same request may succeed later; sets `Retry-After`. */
export function later(
  status: 429 | 503,
  detail: string,
  retryAfterSeconds: number,
): ProblemDetails {
  return { status, detail, headers: { 'retry-after': String(retryAfterSeconds) } }
}

export function fieldProblem(index: number, { path, expected, got }: Problem): FieldProblem {
  return { index, field: path, expected, got }
}
