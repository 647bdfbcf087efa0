/** Why a delivery went to the dead letters. */
export type DeadLetterReason =
  | 'exhausted'
  | 'rejected'
  | 'conflict'
  | 'filter'
  | 'undecodable'
  | 'too-large'

/** How a delivery ended. Every completed outcome is marked, so the event id is not handled again. */
export type CompletedOutcome =
  | { type: 'processed' }
  | { type: 'skipped'; why: string }
  | { type: 'rejected'; why: string }
  | { type: 'duplicate' }
  | { type: 'dead-lettered'; reason: DeadLetterReason; error: string }

/** What happened to a delivery at one turn of its lane. */
export type Outcome =
  | CompletedOutcome
  | { type: 'retrying'; error: string; delayMs: number }
  | { type: 'held'; error: string; delayMs: number }
  /** Through no fault of the handler: the store was away, or the claim passed to another owner. */
  | { type: 'interrupted'; error: string; delayMs: number }
  | { type: 'abandoned' }

/** Makes a switch over a closed union exhaustive: the compiler refuses a forgotten member. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
