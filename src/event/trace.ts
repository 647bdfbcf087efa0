/** The headers of W3C Trace Context, which lead from an event back to what it came from. */
export interface Trace {
  readonly traceparent: string
  readonly tracestate: string | undefined
}

const IDS = '(?!0{32})[\\da-f]{32}-(?!0{16})[\\da-f]{16}-[\\da-f]{2}'
/** What later versions append is passed on. */
const TRACEPARENT = new RegExp(
  `^(?:00-${IDS}|(?!00|ff)[\\da-f]{2}-${IDS}(?:-[\\x21-\\x7e]{1,456})?)$`,
)
/** Longer ones need not be passed on. */
const TRACESTATE = /^[\x20-\x7e]{1,512}$/

/** Of headers, by name; undefined unless `traceparent` is as W3C has it. */
export function traceOf(textOf: (name: string) => string | undefined): Trace | undefined {
  const traceparent = textOf('traceparent')
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined
  const tracestate = textOf('tracestate')
  const isGood = tracestate !== undefined && TRACESTATE.test(tracestate)
  return { traceparent, tracestate: isGood ? tracestate : undefined }
}

/** As headers of a record. */
export function traceHeaders(trace: Trace | undefined): Record<string, string> {
  if (trace === undefined) return {}
  const { traceparent, tracestate } = trace
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate }
}
