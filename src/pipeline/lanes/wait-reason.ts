/** Why a lane waits before the next turn of its foremost delivery. */
export type WaitReason =
  /** It failed, and the time of its next attempt has not come. */
  | 'retrying'
  /** It failed so often, or its plugin is down, that it is tried on and on. */
  | 'held'
  | 'paused'
  | 'rate-limit'
  | 'breaker'
  /** Another delivery that may end the process is called by itself. */
  | 'suspect'
  /** Another delivery has the same event id. */
  | 'same-id'
  | 'claimed-elsewhere'
  | 'store-away'
  /** Through no fault of the handler, its last call could not count. */
  | 'interrupted'
  | 'dead-letter-unwritten'
  | 'mark-unwritten'
