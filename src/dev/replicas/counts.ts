/** A row of the table. */
export interface Counts {
  wanted: number
  processed: number
  duplicate: number
  retried: number
  deadLettered: number
}

export const NO_COUNTS: Counts = {
  wanted: 0,
  processed: 0,
  duplicate: 0,
  retried: 0,
  deadLettered: 0,
}
