/**
 * The maximum nesting of records, JSON values included. Valid events stay far below it; malformed
 * bytes are rejected before they overflow the stack.
 */
const RECORD_DEPTH_MAX = 250

/** Roughly what V8 allocates for a value, so that a few bytes can't fill the heap with objects. */
export const COST = {
  /** An item's slot in a growing array. */
  item: 16,
  list: 32,
  /** A key and its slot, if no other object has the same keys. */
  entry: 100,
  map: 56,
  field: 24,
  record: 32,
  /** A string, without its characters. */
  text: 24,
} as const

/** Thrown if the event would take more memory than allowed. */
export class TooLarge extends Error {}

/** Decoding is synchronous, so one set of counters is enough. */
let depth = 0
let maxBytes = 0
let madeBytes = 0

export function startDecoding(limitBytes: number): void {
  depth = 0
  madeBytes = 0
  maxBytes = limitBytes
}

/** Counts memory before it is allocated. */
export function spend(bytes: number): void {
  madeBytes += bytes
  if (madeBytes > maxBytes) throw new TooLarge(`decoded, it takes more than ${maxBytes} bytes`)
}

/** The bytes counted since decoding started. */
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
