/**
 * Records may nest this deep, JSON values included. What the validator lets through is far below;
 * bytes that claim more are refused before they use up the stack.
 */
const RECORD_DEPTH_MAX = 250

/** Rough counts of what V8 takes for a value, so that few bytes can't become a heap full of objects. */
export const COST = {
  /** An item's place in a list that grows. */
  item: 16,
  list: 32,
  /** A key and its place, where objects share nothing. */
  entry: 100,
  map: 56,
  field: 24,
  record: 32,
  /** Of a text, without its characters. */
  text: 24,
} as const

/** The event would take more memory than it may. */
export class TooLarge extends Error {}

/** Decoding is synchronous, so one set of counters serves it all. */
let depth = 0
let maxBytes = 0
let madeBytes = 0

export function startDecoding(limitBytes: number): void {
  depth = 0
  madeBytes = 0
  maxBytes = limitBytes
}

/** Counts memory before it is taken. */
export function spend(bytes: number): void {
  madeBytes += bytes
  if (madeBytes > maxBytes) throw new TooLarge(`decoded, it takes more than ${maxBytes} bytes`)
}

/** What was counted since decoding started. */
export function spentBytes(): number {
  return madeBytes
}

export function enterRecord(): void {
  depth += 1
  if (depth > RECORD_DEPTH_MAX) throw new Error(`nested deeper than ${RECORD_DEPTH_MAX} records`)
}

export function leaveRecord(): void {
  depth -= 1
}
