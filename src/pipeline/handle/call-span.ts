import type { MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { createHandle } from './handle.ts'
import type { HandlerResult } from './handler-result.ts'

/** Shows calls of handlers to a tracing system. */
export interface CallSpans {
  /** Makes the call inside a span of its own. */
  around(delivery: Delivery, call: () => MaybePromise<HandlerResult>): Promise<HandlerResult>
}

type Handle = ReturnType<typeof createHandle>

/** The same, each call in a span; without anybody who looks at them, the very same. */
export function traced(handle: Handle, spans: CallSpans | undefined): Handle {
  if (spans === undefined) return handle
  return (delivery, event, transaction) =>
    spans.around(delivery, () => handle(delivery, event, transaction))
}
