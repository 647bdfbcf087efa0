/**
 * Records may nest this deep, JSON values included. What the validator lets through is far below;
 * bytes that claim more are refused before they use up the stack.
 */
const RECORD_DEPTH_MAX = 250

/** Decoding is synchronous, so one counter serves it all. */
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
