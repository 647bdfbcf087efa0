import { type HandlerReturn, RETURN } from '../../plugin/returns/returns.ts'
import type { Failure } from '../../util/failure/failure.ts'

/** How one call of a handler ended. */
export type HandlerResult =
  | { type: 'returned'; value: HandlerReturn | undefined }
  | { type: 'threw'; error: unknown }
  | TimedOut
  /** The result does not count, for reasons outside the handler. No attempt is used. */
  | { type: 'interrupted'; error: Failure }
  /** There was no call, or none that counts: the batch continues without it. Its turn comes after this. */
  | { type: 'deferred'; until: Promise<void> }

/** The handler took longer than its time limit. */
export interface TimedOut {
  type: 'timed-out'
  timeoutMs: number
}

/** If this is an outcome with which what the handler wrote, by SQL or as state, is kept. */
export function successOf(result: HandlerResult): 'processed' | 'skipped' | undefined {
  if (result.type !== 'returned') return undefined
  if (result.value === undefined) return 'processed'
  return result.value[RETURN] === 'skip' ? 'skipped' : undefined
}
