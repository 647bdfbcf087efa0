import type { ClaimTransaction } from '../../idempotency/store.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { Clock } from '../../util/clock.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import type { Delivery } from '../delivery.ts'
import { AbortFanOut, type Losing } from './abort-fan-out.ts'
import { CallSignal } from './call-signal.ts'
import { Deadlines, type Timed } from './deadlines.ts'
import type { TimedOut } from './handler-result.ts'

/** The deliveries of one call: of a batch, or one. */
export type Called = readonly [Delivery, ...Delivery[]]

export interface WatchPorts {
  clock: Clock
  /** How long a handler may keep running after its signal aborts before it is reported as stuck. */
  graceMs: number
  /** The handler ignores its signal. Only a restart of the process can end it. */
  onStuck(deliveries: Called): void
}

/** State shared by all watched calls. */
export class Watches {
  readonly ports: WatchPorts
  readonly lost = new AbortFanOut()
  readonly #deadlines = new Map<LoadedPlugin, Deadlines>()

  constructor(ports: WatchPorts) {
    this.ports = ports
  }

  deadlinesOf(plugin: LoadedPlugin): Deadlines {
    return getOrInsert(
      this.#deadlines,
      plugin,
      () => new Deadlines(plugin.timeoutMs, this.ports.clock),
    )
  }
}

/**
 * Watches a call that returned a promise: it may exceed its time limit, or lose its partition or its
 * claim. A synchronous call needs no watch, because nothing else can happen while it runs.
 */
export class CallWatch implements Timed, Losing {
  lateAtMs = 0
  #plugin: LoadedPlugin
  #deliveries: Called
  #losses: Iterable<AbortSignal>
  #signal: CallSignal
  #transaction: Pick<ClaimTransaction, 'interrupt'> | undefined
  #watches: Watches
  #isLate = false
  #isAborted = false
  #cancelGrace: (() => void) | undefined

  constructor(
    deliveries: Called,
    signal: CallSignal,
    transaction: Pick<ClaimTransaction, 'interrupt'> | undefined,
    watches: Watches,
  ) {
    this.#plugin = deliveries[0].plugin
    this.#deliveries = deliveries
    this.#losses =
      deliveries.length === 1 ? lossesOf(deliveries[0]) : new Set(deliveries.flatMap(lossesOf))
    this.#signal = signal
    this.#transaction = transaction
    this.#watches = watches
    watches.deadlinesOf(this.#plugin).begin(this)
    for (const loss of this.#losses) watches.lost.add(loss, this)
  }

  onLate(): void {
    this.#isLate = true
    this.#abort()
  }

  onLost(): void {
    this.#abort()
  }

  /** The call has settled. Returns the result that counts. */
  end<Result extends { type: string }>(result: Result): Result | TimedOut {
    this.#endDeadline()
    this.#cancelGrace?.()
    for (const loss of this.#losses) this.#watches.lost.remove(loss, this)
    return this.#isTooLate(result)
      ? { type: 'timed-out', timeoutMs: this.#plugin.timeoutMs }
      : result
  }

  /**
   * A handler may have returned because its signal aborted, so its return does not prove that the
   * event was handled. A handler that never read its signal could not see the abort.
   */
  #isTooLate({ type }: { type: string }): boolean {
    return type === 'returned' ? CallSignal.couldSeeAbort(this.#signal) : this.#isLate
  }

  #abort(): void {
    if (this.#isAborted) return
    this.#isAborted = true
    CallSignal.abort(this.#signal)
    this.#transaction?.interrupt()
    this.#endDeadline()
    const { clock, graceMs, onStuck } = this.#watches.ports
    this.#cancelGrace = clock.after(graceMs, () => onStuck(this.#deliveries))
  }

  #endDeadline(): void {
    this.#watches.deadlinesOf(this.#plugin).end(this)
  }
}

/** The signals that abort when the partition or the claim passes to another owner. */
function lossesOf({ wanted, claim }: Delivery): AbortSignal[] {
  return claim?.lost === undefined ? [wanted.epoch.lost] : [wanted.epoch.lost, claim.lost]
}
