import type { OffsetsByTopicPartition } from 'kafkajs'
import type { OwnedPartition, OwnedPartitions } from './owned-partition.ts'

/** One attempt at a commit, in the generation that the group is in when it is called. */
export type CommitOnce = (offsets: OffsetsByTopicPartition) => Promise<void>

/**
 * Commits watermarks, and nothing else does. Only partitions that are owned at the moment of the
 * call are named, and each attempt is made once: kafkajs's retrying commit would carry an old
 * offset into a new generation and rewind the partition's next owner.
 */
export class Committer {
  #owned: OwnedPartitions
  #flush: () => Promise<void>
  #onCommit: (result: 'ok' | 'failed', error?: unknown) => void
  #once: CommitOnce | undefined
  #underWay: Promise<void> = Promise.resolve()

  constructor(
    owned: OwnedPartitions,
    flush: () => Promise<void>,
    onCommit: (result: 'ok' | 'failed', error?: unknown) => void,
  ) {
    this.#owned = owned
    this.#flush = flush
    this.#onCommit = onCommit
  }

  /**
   * kafkajs hands its commit function to each batch; the newest is that of the running consumer.
   */
  use(once: CommitOnce): void {
    this.#once = once
  }

  /** Whether a commit can be made: not before kafkajs has handed over a batch. */
  get isReady(): boolean {
    return this.#once !== undefined
  }

  /**
   * Commits what is completed; one commit at a time. Never rejects: the next commit is the retry.
   */
  commit(): Promise<void> {
    this.#underWay = this.#underWay.then(() => this.#commit())
    return this.#underWay
  }

  async #commit(): Promise<void> {
    const due = [...this.#owned]
      .map((owned) => ({ owned, watermark: owned.ledger.watermark }))
      .filter(({ owned, watermark }) => watermark > owned.committedOffset)
    if (due.length === 0 || this.#once === undefined) return
    try {
      await this.#flush()
      const still = due.filter(({ owned }) => !owned.lost.aborted)
      await this.#once({ topics: still.map(topicOf) })
      for (const { owned, watermark } of still) owned.committedOffset = watermark
      this.#onCommit('ok')
    } catch (error) {
      this.#onCommit('failed', error)
    }
  }
}

function topicOf({ owned, watermark }: { owned: OwnedPartition; watermark: number }) {
  const partitions = [{ partition: owned.partition, offset: String(watermark) }]
  return { topic: owned.topic, partitions }
}
