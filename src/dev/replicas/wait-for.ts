import { InventoryEventsError } from '../../util/errors.ts'
import { waitUntil } from '../stack/process/poll.ts'

export interface WaitForOptions {
  timeoutMs: number
  intervalMs?: number
  signal: AbortSignal
  /** Describes the last observation, for the message. */
  last?: () => string
}

/** Polls until `condition` returns true. Throws the signal's abort reason, or DEMO_FAILED on timeout. */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs = 200, signal, last }: WaitForOptions,
): Promise<void> {
  const inTime = await waitUntil(condition, { timeoutMs, intervalMs, signal })
  signal.throwIfAborted()
  if (inTime) return
  const seen = last === undefined ? '' : `; ${last()}`
  throw failed(`waited ${timeoutMs / 1000} s for ${what}${seen}`)
}

export function failed(message: string): InventoryEventsError {
  return new InventoryEventsError('DEMO_FAILED', message)
}
