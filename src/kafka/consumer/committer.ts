import { partitionName } from '../../event/record.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { OffsetToCommit } from '../protocol/requests/offset-commit.ts'
import type { OwnedPartition, OwnedPartitions } from './owned-partition.ts'

/**
 * One attempt at a commit, in the generation that the group is in when it is called. Resolves with the
 * partitions that were refused, by name, and why; the others are committed.
 */
export type CommitOffsets = (
  offsets: readonly (TopicPartition & OffsetToCommit)[],
) => Promise<ReadonlyMap<string, Error>>

export interface CommitterPorts {
  owned: OwnedPartitions
  /** Resolves when everything below the watermarks is durable. */
  flush(): Promise<void>
  /** Whether something completed is to be committed with the partition's offset, whatever that is. */
  hasStaged(owned: OwnedPartition): boolean
  commit: CommitOffsets
  /** Whether the member is between two generations, in neither of which it may commit. */
  isJoining(): boolean
  onCommit(error?: unknown): void
}

/**
 * Commits watermarks, and nothing else does. Only partitions that are owned at the moment of the
 * call are named, and each attempt is made once: one that is retried later would carry an old offset
 * into a new generation and rewind the partition's next owner.
 */
export class Committer {
  readonly #ports: CommitterPorts
  #underWay: Promise<void> = Promise.resolve()

  constructor(ports: CommitterPorts) {
    this.#ports = ports
  }

  /** Whether something is completed and not committed. */
  get isDue(): boolean {
    return this.#due.length > 0
  }

  /**
   * Commits what is completed; one commit at a time. Never rejects: the next commit is the retry.
   */
  commit(): Promise<void> {
    this.#underWay = this.#underWay.then(() => this.#commit())
    return this.#underWay
  }

  /** Resolves when no commit is under way. */
  settled(): Promise<void> {
    return this.#underWay
  }

  get #due(): { owned: OwnedPartition; watermark: number }[] {
    return [...this.#ports.owned]
      .filter(({ isTopicGone }) => !isTopicGone)
      .map((owned) => ({ owned, watermark: owned.ledger.watermark }))
      .filter(({ owned, watermark }) => {
        return watermark > owned.committedOffset || this.#ports.hasStaged(owned)
      })
  }

  async #commit(): Promise<void> {
    const { flush, commit, isJoining, onCommit } = this.#ports
    const due = this.#due
    if (due.length === 0) return
    try {
      await flush()
      // A join may have begun meanwhile.
      if (isJoining()) return
      const still = due.filter(({ owned }) => !owned.lost.aborted)
      if (still.length === 0) return
      const refused = await commit(still.map(offsetOf))
      for (const { owned, watermark } of still) {
        const error = refused.get(partitionName(owned))
        if (error === undefined) owned.committedOffset = watermark
        else if (isTopicUnknown(error)) owned.isTopicGone = true
      }
      const [problem] = refused.values()
      onCommit(problem)
    } catch (error) {
      onCommit(error)
    }
  }
}

/** Until metadata says that it is the same topic as before, nothing more is committed. */
function isTopicUnknown(error: Error): boolean {
  return error instanceof BrokerError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
}

function offsetOf({ owned, watermark }: { owned: OwnedPartition; watermark: number }) {
  const { topic, partition, leaderEpochs } = owned
  return { topic, partition, offset: watermark, leaderEpoch: leaderEpochs.below(watermark) }
}
