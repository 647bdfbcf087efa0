import type { Event } from '../event/event.ts'
import { isUnknownEvent } from '../event/guards.ts'
import type { Trace } from '../event/trace.ts'
import type { Publisher } from '../publish/publisher.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { withTimeout } from '../util/with-timeout.ts'
import { type FieldProblem, later, type ProblemDetails } from './http/problem-details.ts'

export interface Accepted {
  status: 202
  ids: string[]
}

export interface Acceptance {
  /** What the sender is told, within the limit. */
  answer: Promise<Accepted | ProblemDetails>
  /** Resolves when nothing of it is under way any more, which may be after the answer. */
  settled: Promise<unknown>
}

export interface AcceptorOptions {
  publisher: Publisher
  clock: Clock
  deliveryTimeoutMs: number
  /** Told of the error behind an answer that it was not possible. */
  onFailure(error: unknown): void
  onUnknownKinds(count: number): void
}

const RETRY_AFTER_SECONDS = 5

/** Publishes events and answers 202 only when Kafka has acknowledged each of them. */
export function createAcceptor(
  options: AcceptorOptions,
): (events: readonly Event[], trace?: Trace) => Acceptance {
  const { publisher, clock, deliveryTimeoutMs, onFailure, onUnknownKinds } = options

  function answerOf(events: readonly Event[], results: Result[]): Accepted | ProblemDetails {
    const failures = results.flatMap((result) =>
      result.status === 'rejected' && !isFaultOfTheEvent(result.reason) ? [result.reason] : [],
    )
    if (failures.length > 0) return failed(failures[0])
    const refused = results.flatMap(refusedEvent)
    if (refused.length > 0) return tooLarge(refused)
    onUnknownKinds(events.filter(isUnknownEvent).length)
    return { status: 202, ids: events.map(({ id }) => id) }
  }

  function failed(error: unknown): ProblemDetails {
    onFailure(error)
    return isDefect(error) ? DEFECT : later(503, UNAVAILABLE, RETRY_AFTER_SECONDS)
  }

  return (events, trace) => {
    // Each by itself, so that the answer can tell which of them Kafka refused.
    const settled = Promise.allSettled(events.map((event) => publisher.publish([event], trace)))
    const answered = settled.then((results) => answerOf(events, results))
    const answer = withTimeout(answered, deliveryTimeoutMs, () => late(deliveryTimeoutMs), clock)
    return { answer: answer.catch(failed), settled }
  }
}

const DEFECT: ProblemDetails = { status: 500, detail: 'the gateway failed; its log says why' }
const UNAVAILABLE = 'Kafka did not acknowledge every event; send the request again'

type Result = PromiseSettledResult<void>

/** The events were checked, so what is wrong with one now was not seen before. */
function isDefect(error: unknown): boolean {
  return !(error instanceof InventoryEventsError) || error.code === 'EVENT_INVALID'
}

/** It would be refused however often it is sent. */
function isFaultOfTheEvent(error: unknown): error is InventoryEventsError {
  if (!(error instanceof InventoryEventsError) || error.retryable) return false
  return error.code === 'PRODUCE_UNACKNOWLEDGED'
}

function refusedEvent(result: Result, index: number): FieldProblem[] {
  if (result.status === 'fulfilled') return []
  return [{ index, field: '', expected: 'an event that fits into a record', got: 'a larger one' }]
}

function tooLarge(errors: readonly FieldProblem[]): ProblemDetails {
  const detail = 'Kafka refuses events of this size; the others of the request are published'
  return { status: 413, detail, errors }
}

function late(limitMs: number): InventoryEventsError {
  const message = `no acknowledgement from Kafka within ${limitMs / 1000} s`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
