import type { Event } from '../event/event.ts'
import type { Kinds } from '../event/kinds.ts'
import type { Trace } from '../event/trace.ts'
import { formatProblems, validateEvent } from '../event/validation/validate.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Settled } from './batch-queue.ts'
import { createSerialQueue } from './serial-queue.ts'
import { createTopicQueues, type PublisherOptions } from './topic-queues.ts'

export interface Publisher {
  /**
   * Resolves when Kafka has acknowledged all events. Events of one entity are written in this order
   * and in the order of the calls. Rejects with EVENT_INVALID before anything is written, or with
   * the first error of Kafka or the registry, when other events may have been written. Waits while
   * too many bytes are queued. The records carry the trace's headers, if one is given.
   */
  publish(events: readonly Event[], trace?: Trace): Promise<void>
}

/** Accepts single events that the caller has validated. */
export interface EventSubmitter {
  /**
   * Submits an event that `validateEvent` returned, in the same order as `publish`. `settled` is
   * called once, with an error unless Kafka has acknowledged the event. Returns a promise to await
   * before the next call, or undefined.
   */
  submit(event: Event, settled: Settled, trace?: Trace): Promise<void> | undefined
}

export function createPublisher(options: PublisherOptions): Publisher & EventSubmitter {
  const { kinds } = options.contract
  const enter = createTopicQueues(options)
  // A call that waits for the registry must not be overtaken by the next one.
  const inOrder = createSerialQueue()

  /** `errors` collects a promise per event that resolves to its error or undefined. */
  async function enterAll(events: Event[], errors: unknown[], trace?: Trace): Promise<void> {
    for (const event of events) {
      const settled = Promise.withResolvers<unknown>()
      const waiting = enter(event, settled.resolve, trace)
      if (waiting !== undefined) await waiting
      errors.push(settled.promise)
    }
  }

  return {
    async publish(events, trace) {
      const valid = requireValid(kinds, events)
      const errors: unknown[] = []
      await inOrder(() =>
        enterAll(valid, errors, trace).catch((error) => void errors.unshift(error)),
      )
      // Waits for all, so that nothing is in flight when the first error is thrown.
      const first = (await Promise.all(errors)).find((error) => error !== undefined)
      if (first !== undefined) throw first
    },
    submit(event, settled, trace) {
      return inOrder(() => {
        try {
          return enter(event, settled, trace)?.catch(settled)
        } catch (error) {
          settled(error)
          return undefined
        }
      })
    },
  }
}

function requireValid(kinds: Kinds, events: readonly unknown[]): Event[] {
  const problems: string[] = []
  const valid = events.flatMap((value, index) => {
    const validation = validateEvent(kinds, value)
    if (validation.ok) return [validation.event]
    problems.push(`event ${index + 1}: ${formatProblems(validation.problems)}`)
    return []
  })
  if (problems.length > 0) throw new InventoryEventsError('EVENT_INVALID', problems.join('\n'))
  return valid
}
