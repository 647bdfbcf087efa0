import type { OffsetRange } from '../../kafka/reader/offset-ranges.ts'

/** What a catch-up would deliver, as far as that can be known without the code of the plugin. */
export interface CatchUpPreview {
  ranges: readonly OffsetRange[]
  /** The offsets of the ranges; some may hold no event. */
  offsets: number
  sample: {
    read: number
    wanted: number
    undecodable: number
    /** Whether it is all of them. */
    isWhole: boolean
  }
  /** What is not known of its filters, in words. */
  unknown: string[]
  /** The most events that it handled in a minute of the last hour; null if it handled none. */
  perMinuteMax: number | null
  /** At that rate; null if it is not known. */
  durationMs: number | null
}
