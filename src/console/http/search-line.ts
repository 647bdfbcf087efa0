/** Why a search has ended: `end` if it has read all, a limit, `stopped` with the console, or `failed`. */
export type EndReason = 'end' | 'records' | 'bytes' | 'results' | 'time' | 'stopped' | 'failed'

/** The lines of a search. One that the browser has cancelled has no end. */
export type SearchLine<Result> =
  /** Others are before it. */
  | { type: 'queued'; ahead: number }
  | { type: 'progress'; read: number; of: number }
  | { type: 'result'; result: Result }
  | SearchEnd

export interface SearchEnd {
  type: 'end'
  reason: EndReason
  /** What went wrong; null if nothing did. */
  why: string | null
  read: number
  bytes: number
  elapsedMs: number
  /** What a search says at its end, such as from where it can be continued. */
  [more: string]: unknown
}
