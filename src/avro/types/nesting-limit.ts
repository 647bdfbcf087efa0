/**
 * The maximum nesting of records, JSON values included. Valid events stay far below it; malformed
 * bytes are rejected before they overflow the stack.
 */
const RECORD_DEPTH_MAX = 250

/** Decoding is synchronous, so one counter is enough. */
let depth = 0

export function startDepth(): void {
  depth = 0
}

export function enterRecord(): void {
  depth += 1
  if (depth > RECORD_DEPTH_MAX) throw new Error(`nested deeper than ${RECORD_DEPTH_MAX} records`)
}

export function leaveRecord(): void {
  depth -= 1
}
