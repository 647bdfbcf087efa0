import type { Soon } from '../event/soon.ts'
import type { Delivery } from './delivery.ts'
import type { createHandle, HandlerResult } from './handle.ts'

/** Shows calls of handlers to a tracing system. */
export interface CallSpans {
  /** Makes the call inside a span of its own. */
  around(delivery: Delivery, call: () => Soon<HandlerResult>): Promise<HandlerResult>
}

type Handle = ReturnType<typeof createHandle>

/** The same, each call in a span; without anybody who looks at them, the very same. */
export function traced(handle: Handle, spans: CallSpans | undefined): Handle {
  if (spans === undefined) return handle
  return (delivery, event, transaction) =>
    spans.around(delivery, () => handle(delivery, event, transaction))
}
