import type { SourceRecord } from '../../event/record.ts'
import type { Counts } from '../replicas/counts.ts'
import type { Effect } from '../replicas/effect.ts'

/** What was found when all was done. */
export interface Evidence {
  /** In the order in which they happened. */
  effects: readonly Effect[]
  /** The dead-letter topics, read back. */
  letters: readonly SourceRecord[]
  /** The records that the letters name as theirs, by `topic/partition@offset`. */
  originals: ReadonlyMap<string, SourceRecord>
  /** Of all replicas together, as they counted. */
  counts: ReadonlyMap<string, Counts>
  unaccounted: number
  offsets: readonly PartitionEnd[]
  /** How each replica ended; undefined while they are kept running. */
  exits: readonly ReplicaExit[] | undefined
}

export interface PartitionEnd {
  topic: string
  partition: number
  committed: number | undefined
  end: number
}

export interface ReplicaExit {
  name: string
  /** `exit 0` if it stopped cleanly. */
  end: string
}
