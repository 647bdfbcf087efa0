/** The W3C Trace Context headers, which link an event to what caused it. */
export interface Trace {
  readonly traceparent: string
  readonly tracestate: string | undefined
}

/** Fields that versions after 00 append are passed on. */
const TRACEPARENT =
  /^(?!ff|00.{53}-)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-[\x21-\x7e]{1,456})?$/
/** W3C does not require passing on longer values. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/

/** Reads the trace from headers; undefined unless `traceparent` is valid. */
export function traceOf(textOf: (name: string) => string | undefined): Trace | undefined {
  const traceparent = textOf('traceparent')
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined
  const tracestate = textOf('tracestate')
  const isValid = tracestate !== undefined && TRACESTATE.test(tracestate)
  return { traceparent, tracestate: isValid ? tracestate : undefined }
}

/** The trace as record headers. */
export function traceHeaders(trace: Trace | undefined): Record<string, string> {
  if (trace === undefined) return {}
  const { traceparent, tracestate } = trace
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
}
