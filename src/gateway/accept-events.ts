import type { Event } from '../event/event.ts'
import { isPluginEvent, nameOf } from '../event/guards.ts'
import type { Kinds } from '../event/kinds.ts'
import { createMeantName } from '../event/meant-name.ts'
import type { Trace } from '../event/trace.ts'
import type { EventSubmitter } from '../publish/publisher.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { withTimeout } from '../util/with-timeout.ts'
import { type FieldProblem, later, type ProblemDetails } from './http/problem-details.ts'

export interface Accepted {
  status: 202
  ids: string[]
}

export interface Acceptance {
  /** The response, within the delivery timeout. */
  answer: Promise<Accepted | ProblemDetails>
  /** Resolves when no record is in flight any more, possibly after the response. */
  settled: Promise<unknown>
}

export interface AcceptorOptions {
  kinds: Kinds
  publisher: EventSubmitter
  clock: Clock
  deliveryTimeoutMs: number
  /** Called with the error behind a 500 or 503. */
  onFailure(error: unknown): void
  onUnknownKinds(count: number): void
  /** An event was accepted whose name probably stands for another one. */
  onMistyped(event: Event, meant: string): void
}

const RETRY_AFTER_SECONDS = 5

/** Publishes events that were validated; the result is 202 only when Kafka has acknowledged all of them. */
export function createAcceptor(
  options: AcceptorOptions,
): (events: readonly Event[], trace?: Trace) => Acceptance {
  const { kinds, publisher, clock, deliveryTimeoutMs } = options
  const { onFailure, onUnknownKinds, onMistyped } = options
  const meantName = createMeantName(kinds)
  const isUnknown = (event: Event) => !isPluginEvent(event) && !kinds.has(event.kind)

  /** Resolves to the error of each event, undefined for those that Kafka has acknowledged. */
  async function submitAll(
    events: readonly Event[],
    trace: Trace | undefined,
  ): Promise<readonly unknown[]> {
    const errors = new Array<unknown>(events.length).fill(undefined)
    const all = Promise.withResolvers<void>()
    let left = events.length
    let failure: unknown
    for (const [index, event] of events.entries()) {
      const settled = (error: unknown) => {
        errors[index] = error
        if (error !== undefined && !isFaultOfTheEvent(error)) failure = error
        left -= 1
        if (left === 0) all.resolve()
      }
      // The sender retries all of them: what comes after one that failed must not overtake it.
      if (failure !== undefined) {
        settled(failure)
        continue
      }
      const waiting = publisher.submit(event, settled, trace)
      if (waiting !== undefined) await waiting
    }
    if (left > 0) await all.promise
    return errors
  }

  function responseOf(
    events: readonly Event[],
    errors: readonly unknown[],
  ): Accepted | ProblemDetails {
    const failure = errors.find((error) => error !== undefined && !isFaultOfTheEvent(error))
    if (failure !== undefined) return failed(failure)
    const refused = errors.flatMap(refusedEvent)
    if (refused.length > 0) return tooLarge(refused)
    onUnknownKinds(events.filter(isUnknown).length)
    for (const event of events) {
      const meant = meantName(nameOf(event))
      if (meant !== undefined) onMistyped(event, meant)
    }
    return { status: 202, ids: events.map(({ id }) => id) }
  }

  function failed(error: unknown): ProblemDetails {
    onFailure(error)
    return isDefect(error) ? DEFECT : later(503, UNAVAILABLE, RETRY_AFTER_SECONDS)
  }

  return (events, trace) => {
    const settled = submitAll(events, trace)
    const response = settled.then((errors) => responseOf(events, errors))
    const answer = withTimeout(response, deliveryTimeoutMs, () => late(deliveryTimeoutMs), clock)
    return { answer: answer.catch(failed), settled }
  }
}

const DEFECT: ProblemDetails = { status: 500, detail: 'internal error; see the log of the gateway' }
const UNAVAILABLE = 'Kafka did not acknowledge every event; retry the request'

/** The events were validated before, so EVENT_INVALID is a defect as well. */
function isDefect(error: unknown): boolean {
  return !(error instanceof InventoryEventsError) || error.code === 'EVENT_INVALID'
}

/** Whether Kafka would refuse the event again on every retry. */
function isFaultOfTheEvent(error: unknown): error is InventoryEventsError {
  if (!(error instanceof InventoryEventsError) || error.retryable) return false
  return error.code === 'PRODUCE_UNACKNOWLEDGED'
}

function refusedEvent(error: unknown, index: number): FieldProblem[] {
  if (error === undefined) return []
  return [{ index, field: '', expected: 'an event that fits into a record', got: 'a larger one' }]
}

function tooLarge(errors: readonly FieldProblem[]): ProblemDetails {
  const detail = 'Kafka refuses events of this size; the other events of the request are published'
  return { status: 413, detail, errors }
}

function late(limitMs: number): InventoryEventsError {
  const message = `no acknowledgement from Kafka within ${limitMs / 1000} s`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
}
