import { InventoryEventsError } from '../../util/errors.ts'
import { waitUntil } from '../stack/process/poll.ts'

export interface WaitForOptions {
  timeoutMs: number
  intervalMs?: number
  signal: AbortSignal
  /** What was seen last, for the message. */
  last?: () => string
}

/** Asks until the answer is true. Throws what the signal was aborted with, or DEMO_FAILED when late. */
export async function waitFor(
  what: string,
  ask: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs = 200, signal, last }: WaitForOptions,
): Promise<void> {
  const inTime = await waitUntil(ask, { timeoutMs, intervalMs, signal })
  signal.throwIfAborted()
  if (inTime) return
  const seen = last === undefined ? '' : `; ${last()}`
  throw failed(`waited ${timeoutMs / 1000} s for ${what}${seen}`)
}

export function failed(message: string): InventoryEventsError {
  return new InventoryEventsError('DEMO_FAILED', message)
}
