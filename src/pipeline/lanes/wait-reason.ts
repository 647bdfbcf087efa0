/** Why a lane waits before the next turn of its first delivery. */
export type WaitReason =
  /** It failed and is waiting for its next attempt. */
  | 'retrying'
  /** Its attempts are used up or its plugin is down; it is retried without a limit. */
  | 'held'
  /** Its handler asked for this wait. */
  | 'delayed'
  | 'paused'
  | 'rate-limit'
  | 'breaker'
  /** Another delivery that may end the process is being called alone. */
  | 'suspect'
  /** Another delivery has the same event id. */
  | 'same-id'
  | 'claimed-elsewhere'
  | 'store-away'
  /** Other events take so much memory that this one can't be decoded yet. */
  | 'memory'
  /** Its last call did not count, for reasons outside the handler. */
  | 'interrupted'
  /** It waits for an event that was before it in its batch, or was left out of one. */
  | 'batch'
  | 'dead-letter-unwritten'
  | 'follow-ups-unwritten'
  | 'mark-unwritten'
