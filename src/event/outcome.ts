import type { Failure } from '../util/failure/failure.ts'

/** Why a delivery was dead-lettered. */
export type DeadLetterReason =
  | 'exhausted'
  | 'rejected'
  | 'conflict'
  | 'filter'
  | 'undecodable'
  | 'too-large'
  | 'retention'

/** How a delivery ended. Completed outcomes are marked, so the event id is not handled again. */
export type CompletedOutcome =
  | { type: 'processed' }
  | { type: 'skipped'; why: string }
  | { type: 'rejected'; why: string; code?: string }
  | { type: 'duplicate' }
  | { type: 'dead-lettered'; reason: DeadLetterReason; error: Failure }

/** The outcomes that leave a mark. A duplicate finds one. */
export type MarkedOutcome = Exclude<CompletedOutcome['type'], 'duplicate'>

/** The handler asked to be called again after a delay of its own. */
export interface Delayed {
  type: 'delayed'
  why: string
  delayMs: number
  countsAsAttempt: boolean
}

/** The result of one turn of a delivery. */
export type Outcome =
  | CompletedOutcome
  | { type: 'retrying'; error: Failure; delayMs: number }
  | { type: 'held'; error: Failure; delayMs: number }
  | Delayed
  /** Not the handler's fault: the store was unavailable, or the claim passed to another owner. */
  | { type: 'interrupted'; error: Failure; delayMs: number }
  /** It was not called with its batch, or comes after an event of its entity that has not completed. */
  | { type: 'deferred'; until: Promise<void> }
  | { type: 'abandoned' }

/** Makes a switch over a closed union exhaustive: a missing case is a compile error. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}

/** Why a plugin is not offered an event, whose record is committed all the same. */
export type SkipCause = 'events-off' | 'disabled' | 'before-start'
