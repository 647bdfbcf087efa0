import type { IncomingHttpHeaders } from 'node:http'
import type { Event } from '../event/event.ts'
import type { JsonObject } from '../event/json.ts'
import {
  ERRORS_MAX,
  type FieldProblem,
  fieldProblem,
  invalidEvents,
  type ProblemDetails,
} from './http/problem-details.ts'
import type { ReadBody } from './http/read-body.ts'
import type { ReadEvent } from './read-webhook.ts'

/** A route that accepts events, with its OpenAPI description. */
export interface IntakeRoute {
  path: string
  /** Rejects by the headers alone, before the body is read. */
  admit(headers: IncomingHttpHeaders): ProblemDetails | undefined
  /** Rejects by the headers and the bytes of the body. */
  verify?(headers: IncomingHttpHeaders, body: Buffer): ProblemDetails | undefined
  read(body: ReadBody, headers: IncomingHttpHeaders): Event[] | ProblemDetails
  /** The OpenAPI operation, without what all routes have in common. */
  operation: JsonObject
  /** The OpenAPI component that describes one event. */
  eventSchema: string
}

/** Returns every event, or a problem that names each invalid field. */
export function readAll(
  values: readonly unknown[],
  read: (value: unknown, index: number) => ReadEvent,
): Event[] | ProblemDetails {
  const events: Event[] = []
  const problems: FieldProblem[] = []
  for (const [index, value] of values.entries()) {
    if (problems.length >= ERRORS_MAX) break
    const result = read(value, index)
    if (result.ok) events.push(result.event)
    else problems.push(...result.problems.map((problem) => fieldProblem(index, problem)))
  }
  return problems.length === 0 ? events : invalidEvents(problems)
}

/** Joins a repeated header to one value, as HTTP defines it. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
