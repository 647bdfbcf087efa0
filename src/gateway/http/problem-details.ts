import type { Problem } from '../../event/validation/problem.ts'

/** What is wrong with one field of one event. */
export interface FieldProblem {
  /** Which event of the request, from 0. */
  index: number
  /** Such as `entity.quantity`; empty for the event itself. */
  field: string
  expected: string
  got: string
}

/** Why a request is not done, as its sender is told. Holds nothing that the sender may not know. */
export interface ProblemDetails {
  status: ProblemStatus
  detail: string
  errors?: readonly FieldProblem[]
  headers?: Readonly<Record<string, string>>
}

const TITLES = {
  400: 'Bad request',
  401: 'Not authorised',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request not received in time',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not an event',
  429: 'Too many requests',
  500: 'Defect of the gateway',
  503: 'Not possible at the moment',
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

/** A request with very many mistakes is refused with the first of them. */
const ERRORS_MAX = 100

/** Refuses a whole request, since some of its events are no events. */
export function invalidEvents(errors: readonly FieldProblem[]): ProblemDetails {
  const bad = new Set(errors.map(({ index }) => index)).size
  const what = bad === 1 ? 'an event of the request is wrong' : `${bad} events are wrong`
  const detail = `${what}; nothing of the request was published`
  return { status: 422, detail, errors: errors.slice(0, ERRORS_MAX) }
}

/** Refuses a body that can't be read as events at all. */
export function unreadable({ expected, got }: { expected: string; got: string }): ProblemDetails {
  const detail = `the body: expected ${expected}, got ${got}; nothing of the request was published`
  return { status: 422, detail }
}

/** Comes again later: the same request may then be taken. */
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
