import type { CompletedOutcome, Outcome } from '../../event/outcome.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { Epoch } from '../source.ts'
import { type CrashCounts, type CrashStore, crashKeyOf, offsetOf } from './crash-counts.ts'

export interface SuspectPorts {
  crashes: CrashStore
  /** A delivery that ended the process so often becomes a dead letter. */
  maxCrashes: number
  clock: Pick<Clock, 'sleep'>
  /** It is called with care, because it ended the process that often before, or may have. */
  onSuspect(delivery: Delivery, crashes: number): void
  onCrashNoteFailed(delivery: Delivery, error: string): void
}

export type SuspectNext =
  | { type: 'call' }
  | { type: 'wait'; until: Promise<void> }
  | { type: 'exhausted'; outcome: CompletedOutcome }

type Interrupted = Extract<Outcome, { type: 'interrupted' }>

const NOTE_RETRY_MS = 1_000
/** How long the end of a process may be held up to note why. */
const LAST_NOTE_LIMIT_MS = 3_000

const tooLate = { error: `it was not noted within ${LAST_NOTE_LIMIT_MS / 1000} s` }

/**
 * Deliveries that ended the process before, or may have. Each is counted before its handler is
 * called, so that no way to end a process stays unseen, and only one at a time, so that the count
 * tells whose fault it is. What ends the process too often is not called again.
 */
export class CrashGuard {
  #ports: SuspectPorts
  #counts = new WeakMap<Epoch, CrashCounts>()
  #underWay: Promise<void> | undefined

  constructor(ports: SuspectPorts) {
    this.#ports = ports
  }

  /** Resolves when it is known what the partition's deliveries did; at once for a second time. */
  async begin(epoch: Epoch): Promise<void> {
    if (this.#counts.has(epoch)) return
    this.#counts.set(epoch, await this.#ports.crashes.read(epoch))
  }

  /** Whether the handler may be called as far as crashes go, and if not, what happens instead. */
  next(delivery: Delivery): SuspectNext {
    const crashes = this.#crashesOf(delivery)
    if (crashes === undefined) return { type: 'call' }
    if (crashes >= this.#ports.maxCrashes) return exhausted(delivery, crashes)
    return this.#underWay === undefined ? { type: 'call' } : { type: 'wait', until: this.#underWay }
  }

  /** Makes the call; that of a suspect once its count is noted, and while no other one runs. */
  callAlone(delivery: Delivery, call: () => MaybePromise<Outcome>): MaybePromise<Outcome> {
    const crashes = this.#crashesOf(delivery)
    return crashes === undefined ? call() : this.#alone(delivery, crashes, call)
  }

  async #alone(
    delivery: Delivery,
    crashes: number,
    call: () => MaybePromise<Outcome>,
  ): Promise<Outcome> {
    if (!delivery.crashNoted) this.#ports.onSuspect(delivery, crashes)
    let free = () => {}
    this.#underWay = new Promise((resolve) => {
      free = resolve
    })
    const outcome = (await this.#note(delivery)) ?? (await call())
    this.#underWay = undefined
    free()
    return outcome
  }

  /** The delivery ends the process now. Resolves when that is noted, or could not be in time. */
  async countCrash(delivery: Delivery): Promise<void> {
    const crashes = (this.#crashesOf(delivery) ?? 0) + 1
    const over = new AbortController()
    const late = this.#ports.clock.sleep(LAST_NOTE_LIMIT_MS, over.signal)
    const failure = await Promise.race([this.#note(delivery), late.then(() => tooLate)])
    over.abort()
    if (failure !== undefined) this.#ports.onCrashNoteFailed(delivery, failure.error)
    // Its handler may yet end before the process does: that takes nothing back.
    this.#counts.get(delivery.wanted.epoch)?.set(keyOf(delivery), crashes)
  }

  /** The delivery is completed: it did not end the process after all. */
  settled(delivery: Delivery): void {
    if (this.#crashesOf(delivery) === undefined) return
    const { watermark } = delivery.wanted.epoch.ledger
    this.#edit(delivery, (counts) => {
      counts.delete(keyOf(delivery))
      for (const key of [...counts.keys()]) if (offsetOf(key) < watermark) counts.delete(key)
    })
  }

  /** The delivery was given up, so its handler has ended, and not the process. */
  abandoned(delivery: Delivery): void {
    if (!delivery.crashNoted) return
    const before = this.#crashesOf(delivery) ?? 0
    this.#edit(delivery, (counts) => {
      if (counts.get(keyOf(delivery)) === before + 1) counts.set(keyOf(delivery), before)
    })
  }

  /** Counts the crash that the delivery may be about to cause; answers why it could not. */
  async #note(delivery: Delivery): Promise<Interrupted | undefined> {
    const { crashes } = this.#ports
    if (delivery.crashNoted) return undefined
    const before = this.#crashesOf(delivery) ?? 0
    try {
      // Not one more than is noted: this very note may have been written at an earlier try.
      await crashes.change(delivery.wanted.epoch, (counts) => {
        const noted = counts.get(keyOf(delivery)) ?? 0
        counts.set(keyOf(delivery), Math.max(noted, before + 1))
      })
    } catch (failure) {
      const error = `cannot note that it may end the process: ${messageOf(failure)}`
      return { type: 'interrupted', error, delayMs: NOTE_RETRY_MS }
    }
    delivery.crashNoted = true
    return undefined
  }

  #edit(delivery: Delivery, edit: (counts: CrashCounts) => void): void {
    const { crashes, onCrashNoteFailed } = this.#ports
    void crashes
      .change(delivery.wanted.epoch, edit)
      .catch((error: unknown) => onCrashNoteFailed(delivery, messageOf(error)))
  }

  #crashesOf(delivery: Delivery): number | undefined {
    const counts = this.#counts.get(delivery.wanted.epoch)
    return counts === undefined || counts.size === 0 ? undefined : counts.get(keyOf(delivery))
  }
}

function keyOf({ plugin, wanted }: Delivery): string {
  return crashKeyOf(wanted.record.offset, plugin.slug)
}

function exhausted(delivery: Delivery, crashes: number): SuspectNext {
  delivery.attempts = crashes
  const error = `its handler ended the process ${crashes === 1 ? 'once' : `${crashes} times`}`
  return { type: 'exhausted', outcome: { type: 'dead-lettered', reason: 'exhausted', error } }
}
