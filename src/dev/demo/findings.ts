import type { SourceRecord } from '../../event/record.ts'
import type { Counts } from '../replicas/counts.ts'
import type { Effect } from '../replicas/effect.ts'

/** The results of a run. */
export interface Evidence {
  /** In the order in which they occurred. */
  effects: readonly Effect[]
  /** The dead letters read from their topics. */
  letters: readonly SourceRecord[]
  /** The dead letters' original records, by `topic/partition@offset`. */
  originals: ReadonlyMap<string, SourceRecord>
  /** The sum of all replicas' metrics. */
  counts: ReadonlyMap<string, Counts>
  unaccounted: number
  offsets: readonly PartitionEnd[]
  /** How each replica ended; undefined if they keep running. */
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
