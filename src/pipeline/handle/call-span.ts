import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { Called } from './call-watch.ts'
import type { createHandle } from './handle.ts'
import type { HandlerResult } from './handler-result.ts'

/** How a call with a batch ended, as far as a span shows. */
export type CallEnd =
  | { type: 'returned' | 'timed-out' | 'interrupted' }
  | { type: 'threw'; error: unknown }

/** Records handler calls in a tracing system. */
export interface CallSpans {
  /** Makes the call inside its own span. */
  around(delivery: Delivery, call: () => MaybePromise<HandlerResult>): Promise<HandlerResult>
  /** The same for a call with a batch. */
  aroundBatch<Result extends CallEnd>(
    deliveries: Called,
    call: () => Promise<Result>,
  ): Promise<Result>
}

type Handle = ReturnType<typeof createHandle>

/** Wraps each call in a span. Without `spans` it returns `handle` itself. */
export function withSpans(handle: Handle, spans: CallSpans | undefined): Handle {
  if (spans === undefined) return handle
  return (delivery, event, transaction) =>
    spans.around(delivery, () => handle(delivery, event, transaction))
}
