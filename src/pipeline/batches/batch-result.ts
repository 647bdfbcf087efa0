import type { BatchOutcomes } from '../../plugin/returns/batch-outcomes.ts'
import type { Failure } from '../../util/failure/failure.ts'
import type { TimedOut } from '../handle/handler-result.ts'

/** How one call of a handler of batches ended. */
export type BatchResult =
  | { type: 'returned'; outcomes: BatchOutcomes }
  | { type: 'threw'; error: unknown }
  | TimedOut

/** The same, or that it does not count, for reasons outside the handler: no attempt is used. */
export type CountedResult = BatchResult | { type: 'interrupted'; error: Failure }
