import type { IncomingHttpHeaders } from 'node:http'
import type { Event } from '../event/event.ts'
import type { JsonObject } from '../event/json.ts'
import {
  type FieldProblem,
  fieldProblem,
  invalidEvents,
  type ProblemDetails,
} from './http/problem-details.ts'
import type { ReadBody } from './http/read-body.ts'
import type { ReadEvent } from './read-webhook.ts'

/** A route that takes events: what the server does, and what the OpenAPI document says of it. */
export interface IntakeRoute {
  path: string
  /** Refuses by the headers alone, before the body is read. */
  admit(headers: IncomingHttpHeaders): ProblemDetails | undefined
  /** Refuses by the headers and the bytes of the body. */
  verify?(headers: IncomingHttpHeaders, body: Buffer): ProblemDetails | undefined
  read(body: ReadBody, headers: IncomingHttpHeaders): Event[] | ProblemDetails
  /** Of OpenAPI, beside what all such routes have in common. */
  operation: JsonObject
  /** The component that describes one event. */
  eventSchema: string
}

/** Every event, or a refusal of them all that names each field that is wrong. */
export function readAll(
  values: readonly unknown[],
  read: (value: unknown, index: number) => ReadEvent,
): Event[] | ProblemDetails {
  const events: Event[] = []
  const problems: FieldProblem[] = []
  for (const [index, value] of values.entries()) {
    const result = read(value, index)
    if (result.ok) events.push(result.event)
    else problems.push(...result.problems.map((problem) => fieldProblem(index, problem)))
  }
  return problems.length === 0 ? events : invalidEvents(problems)
}

/** A header that is sent twice counts as if it were one, as HTTP has it. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
