import type { FollowUpRecord } from '../follow-up/follow-up.ts'

/** A plugin's new state for a record key. */
export interface StateChange {
  /** The record's key. */
  key: Buffer
  /** As it is stored; null once it is cleared. */
  text: string | null
  /** The `revision` of the stored state that it was made from; undefined if there was none. */
  basis?: string | undefined
}

/** A plugin's state for a record key, as it was stored last. */
export interface StoredState {
  /** Null once it is cleared. */
  text: string | null
  /** Differs from that of every other state. Undefined in stores whose states only their owner changes. */
  revision?: string | undefined
}

/** A plugin's part of what is committed with an input partition's offsets: marks, and the states that belong to them. */
export interface StagedPartition {
  plugin: string
  topic: string
  partition: number
  /** The time of the newest record in these topics when the partition was opened: what follows is newer. */
  newestMs: number
  /** Records of the marks topic. */
  marks: readonly { value: Buffer; outcomes: Buffer }[]
  /** Records of the state topic: by the name that `stateName` gives, null for a cleared one. */
  states: readonly { name: string; text: string | null }[]
  /** In the order in which their deliveries completed. */
  followUps: readonly FollowUpRecord[]
}

export interface Staged {
  partitions: readonly StagedPartition[]
  /** Nothing of it, or of these plugins', is or will be written: it belongs to the next commit. */
  putBack(plugins?: ReadonlySet<string>): void
  /** The plugins whose part could not be committed the last time. */
  withheld: ReadonlySet<string>
  /** From now on, exactly these plugins get no events, because their part can't be committed, and why. */
  withhold(plugins: ReadonlyMap<string, Error>): void
}

/**
 * The deliveries that count only with the offsets' commit. Deliveries are staged when they complete, so
 * what is taken after the watermarks were read covers them.
 */
export interface Staging {
  /** Whether the plugin's deliveries are staged. */
  takes(plugin: string): boolean
  has(place: { topic: string; partition: number }): boolean
  /** Everything that is staged; undefined if there is nothing. */
  take(): Staged | undefined
  /** `listener` is called when so much is staged that it should be committed at once. */
  onLarge(listener: () => void): void
}
