import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { createHandle } from './handle.ts'
import type { HandlerResult } from './handler-result.ts'

/** Records handler calls in a tracing system. */
export interface CallSpans {
  /** Makes the call inside its own span. */
  around(delivery: Delivery, call: () => MaybePromise<HandlerResult>): Promise<HandlerResult>
}

type Handle = ReturnType<typeof createHandle>

/** Wraps each call in a span. Without `spans` it returns `handle` itself. */
export function withSpans(handle: Handle, spans: CallSpans | undefined): Handle {
  if (spans === undefined) return handle
  return (delivery, event, transaction) =>
    spans.around(delivery, () => handle(delivery, event, transaction))
}
