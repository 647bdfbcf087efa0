import type { HandlerReturn } from '../../plugin/plugin.ts'

/** How one call of a handler ended. */
export type HandlerResult =
  | { type: 'returned'; value: HandlerReturn | undefined }
  | { type: 'threw'; error: unknown }
  | { type: 'timed-out'; timeoutMs: number }
  /** Whatever the handler did or said, it can't count: no attempt is spent. */
  | { type: 'interrupted'; error: string }
