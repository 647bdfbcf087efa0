import type { HandlerReturn } from '../../plugin/plugin.ts'
import type { Failure } from '../../util/failure/failure.ts'

/** How one call of a handler ended. */
export type HandlerResult =
  | { type: 'returned'; value: HandlerReturn | undefined }
  | { type: 'threw'; error: unknown }
  | { type: 'timed-out'; timeoutMs: number }
  /** The result does not count, for reasons outside the handler. No attempt is used. */
  | { type: 'interrupted'; error: Failure }
