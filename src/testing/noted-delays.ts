import type { Delayed } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import type { Delivery } from '../pipeline/delivery.ts'

/** A run has no time in which Kafka could remove a record, so it ends waits that would never end. */
const UNCOUNTED_MAX = 100

/** What the handler of a run asked for by `retryAfter`, by the offsets of records. */
export class NotedDelays {
  #byOffset = new Map<number, Delayed[]>()

  add({ wanted }: Delivery, delayed: Delayed): void {
    const { offset } = wanted.record
    this.#byOffset.set(offset, [...this.#of(offset), delayed])
  }

  /** Set once a delivery has waited too often without using an attempt. */
  removalOf({ offset }: Pick<SourceRecord, 'offset'>): string | undefined {
    const uncounted = this.#of(offset).filter(({ countsAsAttempt }) => !countsAsAttempt)
    if (uncounted.length < UNCOUNTED_MAX) return undefined
    return `${UNCOUNTED_MAX} calls did not count as attempts`
  }

  /** The part of a delivery's report; nothing if it was never delayed. */
  reportOf({ wanted }: Delivery): { delaysMs?: number[] } {
    const delays = this.#of(wanted.record.offset)
    return delays.length === 0 ? {} : { delaysMs: delays.map(({ delayMs }) => delayMs) }
  }

  #of(offset: number): readonly Delayed[] {
    return this.#byOffset.get(offset) ?? []
  }
}
