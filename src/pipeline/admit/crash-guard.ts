import type { CompletedOutcome, Outcome } from '../../event/outcome.ts'
import type { Clock } from '../../util/clock.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { Epoch } from '../source.ts'
import { type CrashCounts, type CrashStore, crashKeyOf, offsetOf } from './crash-counts.ts'

export interface CrashGuardPorts {
  crashes: CrashStore
  /** A delivery that has ended the process this many times is dead-lettered. */
  maxCrashes: number
  clock: Pick<Clock, 'sleep'>
  /** The delivery is called alone, because it has ended the process before (0: it may have). */
  onSuspect(delivery: Delivery, crashes: number): void
  onCrashRecordFailed(delivery: Delivery, error: Failure): void
}

export type CrashGuardDecision =
  | { type: 'call' }
  | { type: 'wait'; until: Promise<void> }
  | { type: 'exhausted'; outcome: CompletedOutcome }

type Interrupted = Extract<Outcome, { type: 'interrupted' }>

const WRITE_RETRY_MS = 1_000
/** How long the exit of the process may be delayed to write the crash record. */
const LAST_WRITE_LIMIT_MS = 3_000

const tooLate = {
  error: new Failure(`the crash record was not written within ${LAST_WRITE_LIMIT_MS / 1000} s`),
}

/**
 * Protects against events that crash the process again and again. A delivery that has ended the
 * process before, or may have, is a suspect. Its count is written before its handler is called, so
 * that every kind of crash is counted, and suspects run one at a time, so that the count shows which
 * one is at fault. A suspect that has crashed the process too often is not called again.
 */
export class CrashGuard {
  #ports: CrashGuardPorts
  #counts = new WeakMap<Epoch, CrashCounts>()
  /** Resolves when the suspect that is running now has ended. */
  #running: Promise<void> | undefined

  constructor(ports: CrashGuardPorts) {
    this.#ports = ports
  }

  /** Reads the partition's crash counts. Returns at once if the epoch has already begun. */
  async begin(epoch: Epoch): Promise<void> {
    if (this.#counts.has(epoch)) return
    this.#counts.set(epoch, await this.#ports.crashes.read(epoch))
  }

  /** Whether the handler may be called, judged by its crash count; if not, what to do instead. */
  next(delivery: Delivery): CrashGuardDecision {
    const crashes = this.#crashesOf(delivery)
    if (crashes === undefined) return { type: 'call' }
    if (crashes >= this.#ports.maxCrashes) return exhausted(delivery, crashes)
    return this.#running === undefined ? { type: 'call' } : { type: 'wait', until: this.#running }
  }

  /** Makes the call. For a suspect: after writing its count, and alone. */
  callAlone(delivery: Delivery, call: () => MaybePromise<Outcome>): MaybePromise<Outcome> {
    const crashes = this.#crashesOf(delivery)
    return crashes === undefined ? call() : this.#alone(delivery, crashes, call)
  }

  async #alone(
    delivery: Delivery,
    crashes: number,
    call: () => MaybePromise<Outcome>,
  ): Promise<Outcome> {
    if (!delivery.crashRecorded) this.#ports.onSuspect(delivery, crashes)
    const ended = Promise.withResolvers<void>()
    this.#running = ended.promise
    const outcome = (await this.#recordCrash(delivery)) ?? (await call())
    this.#running = undefined
    ended.resolve()
    return outcome
  }

  /**
   * The call is ending the process. Resolves when its count is written, or after a time limit. Of a batch
   * any delivery may be to blame, so all become suspects.
   */
  async countCrash(deliveries: readonly Delivery[]): Promise<void> {
    const [first, ...others] = deliveries
    if (first === undefined) return
    const over = new AbortController()
    const late = this.#ports.clock.sleep(LAST_WRITE_LIMIT_MS, over.signal)
    const written = others.length === 0 ? this.#recordCrash(first) : this.#suspect(deliveries)
    const failure = await Promise.race([written, late.then(() => tooLate)])
    over.abort()
    if (failure !== undefined) this.#ports.onCrashRecordFailed(first, failure.error)
    // The counts stay even if the handler ends before the process does.
    for (const delivery of deliveries) {
      const crashes = (this.#crashesOf(delivery) ?? 0) + (others.length === 0 ? 1 : 0)
      this.#counts.get(delivery.wanted.epoch)?.set(keyOf(delivery), crashes)
    }
  }

  /** The delivery is completed without ending the process: deletes its count. */
  settled(delivery: Delivery): void {
    if (this.#crashesOf(delivery) === undefined) return
    const { watermark } = delivery.wanted.epoch.ledger
    this.#edit(delivery, (counts) => {
      counts.delete(keyOf(delivery))
      for (const key of [...counts.keys()]) if (offsetOf(key) < watermark) counts.delete(key)
    })
  }

  /** The delivery was abandoned: its handler ended without ending the process. Restores its count. */
  abandoned(delivery: Delivery): void {
    if (!delivery.crashRecorded) return
    const before = this.#crashesOf(delivery) ?? 0
    this.#edit(delivery, (counts) => {
      if (counts.get(keyOf(delivery)) === before + 1) counts.set(keyOf(delivery), before)
    })
  }

  /** Counts in advance the crash that the delivery may cause. Returns an outcome if that failed. */
  async #recordCrash(delivery: Delivery): Promise<Interrupted | undefined> {
    const { crashes } = this.#ports
    if (delivery.crashRecorded) return undefined
    const before = this.#crashesOf(delivery) ?? 0
    try {
      // Not stored + 1: an earlier try that rejected may have written this count already.
      await crashes.change(delivery.wanted.epoch, (counts) => {
        const stored = counts.get(keyOf(delivery)) ?? 0
        counts.set(keyOf(delivery), Math.max(stored, before + 1))
      })
    } catch (failure) {
      const error = failureOf(failure).during('cannot write the crash record before the call')
      return { type: 'interrupted', error, delayMs: WRITE_RETRY_MS }
    }
    delivery.crashRecorded = true
    return undefined
  }

  async #suspect(deliveries: readonly Delivery[]): Promise<{ error: Failure } | undefined> {
    const epochs = new Set(deliveries.map(({ wanted }) => wanted.epoch))
    const writes = [...epochs].map((epoch) =>
      this.#ports.crashes.change(epoch, (counts) => {
        const keys = deliveries.filter(({ wanted }) => wanted.epoch === epoch).map(keyOf)
        for (const key of keys) counts.set(key, counts.get(key) ?? 0)
      }),
    )
    try {
      await Promise.all(writes)
      return undefined
    } catch (failure) {
      return { error: failureOf(failure) }
    }
  }

  #edit(delivery: Delivery, edit: (counts: CrashCounts) => void): void {
    const { crashes, onCrashRecordFailed } = this.#ports
    void crashes
      .change(delivery.wanted.epoch, edit)
      .catch((error: unknown) => onCrashRecordFailed(delivery, failureOf(error)))
  }

  #crashesOf(delivery: Delivery): number | undefined {
    const counts = this.#counts.get(delivery.wanted.epoch)
    return counts === undefined || counts.size === 0 ? undefined : counts.get(keyOf(delivery))
  }
}

function keyOf({ plugin, wanted }: Delivery): string {
  return crashKeyOf(wanted.record.offset, plugin.slug)
}

function exhausted(delivery: Delivery, crashes: number): CrashGuardDecision {
  delivery.attempts = crashes
  const times = crashes === 1 ? 'once' : `${crashes} times`
  const error = new Failure(`its handler ended the process ${times}`)
  return { type: 'exhausted', outcome: { type: 'dead-lettered', reason: 'exhausted', error } }
}
