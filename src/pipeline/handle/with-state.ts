import type { IdempotencyStore } from '../../idempotency/store.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import { andThen, tryCatch } from '../../util/maybe-promise.ts'
import { originOf } from '../delivery.ts'
import type { createHandle } from './handle.ts'

type Handle = ReturnType<typeof createHandle>

/**
 * Loads the plugin's state before each call, after the event was claimed: whoever had the claim before has
 * stored its state by then, or can't any more. While the store is down, no call is made.
 */
export function withState(handle: Handle, store: Pick<IdempotencyStore, 'stateOf'>): Handle {
  return (delivery, event, transaction) => {
    const { plugin, wanted } = delivery
    if (plugin.state === undefined) return handle(delivery, event, transaction)
    const origin = originOf(wanted)
    const { key } = origin
    if (key === null) return handle(delivery, event, transaction)
    const loaded = tryCatch<Awaited<ReturnType<typeof store.stateOf>> | Failure>(
      () => store.stateOf(origin, plugin.slug, key),
      failureOf,
    )
    return andThen(loaded, (found) => {
      if (found instanceof Failure) return { type: 'interrupted', error: found }
      delivery.storedState = found
      return handle(delivery, event, transaction)
    })
  }
}
