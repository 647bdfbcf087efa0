import type { Outcome } from '../../event/outcome.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { Fifo } from '../../util/fifo.ts'
import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { Again } from '../lanes/lane.ts'
import type { Epoch } from '../source.ts'

/** How a call ended, or when to try it again. */
export type CallEnd = Outcome | Again

interface Limit {
  callsMax: number
  running: number
  waiting: Fifo<Waiting>
}

interface Waiting {
  epoch: Epoch
  resolve(mayCall: boolean): void
}

const ABANDONED: CallEnd = { type: 'abandoned' }

/**
 * Keeps the calls of a plugin within its concurrency where more of its deliveries have their turns. With a
 * store that answers later, these are claimed and marked meanwhile, so that one statement serves many of
 * them; where turns are no more than calls may be, nothing is limited here.
 */
export class CallLimits {
  #byPlugin = new Map<string, Limit>()
  /** Epochs that are being handed over. */
  #leaving = new WeakSet<Epoch>()

  /** `turnsAhead` is as in the store. Batches limit their calls themselves. */
  constructor(plugins: readonly LoadedPlugin[], turnsAhead: number) {
    if (turnsAhead === 0) return
    for (const { slug, concurrency, batch } of plugins) {
      if (batch !== undefined) continue
      this.#byPlugin.set(slug, { callsMax: concurrency, running: 0, waiting: new Fifo() })
    }
  }

  /** Makes the call, at once or when another one has ended; none for an epoch that is handed over. */
  within(delivery: Delivery, call: () => MaybePromise<CallEnd>): MaybePromise<CallEnd> {
    const limit = this.#byPlugin.get(delivery.plugin.slug)
    if (limit === undefined) return call()
    const { epoch } = delivery.wanted
    if (this.#leaving.has(epoch)) return ABANDONED
    if (limit.running < limit.callsMax) {
      limit.running += 1
      return run(limit, call)
    }
    const { promise, resolve } = Promise.withResolvers<boolean>()
    limit.waiting.push({ epoch, resolve })
    return promise.then((mayCall) => (mayCall ? run(limit, call) : ABANDONED))
  }

  /** The epoch is handed over or lost: its deliveries wait for no call. */
  leave(epoch: Epoch): void {
    this.#leaving.add(epoch)
    for (const { waiting } of this.#byPlugin.values()) {
      for (const each of waiting.removeWhere((one) => one.epoch === epoch)) each.resolve(false)
    }
  }
}

function run(limit: Limit, call: () => MaybePromise<CallEnd>): MaybePromise<CallEnd> {
  const called = call()
  if (called instanceof Promise) return called.finally(() => next(limit))
  next(limit)
  return called
}

/** The call's place passes to the one that waits longest. */
function next(limit: Limit): void {
  const waiting = limit.waiting.shift()
  if (waiting === undefined) limit.running -= 1
  else waiting.resolve(true)
}
