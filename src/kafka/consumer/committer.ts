import type { OffsetsByTopicPartition } from 'kafkajs'
import { partitionName } from '../../event/record.ts'
import type { OwnedPartition, OwnedPartitions } from './owned-partition.ts'

/**
 * One attempt at a commit, in the generation that the group is in when it is called. Resolves with the
 * partitions that were refused, by `topic/partition`, and why; or with `skipped` if it was not made.
 */
export type CommitOnce = (
  offsets: OffsetsByTopicPartition,
) => Promise<'skipped' | ReadonlyMap<string, Error>>

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

  /** Resolves when no commit is under way. */
  settled(): Promise<void> {
    return this.#underWay
  }

  /** Whether something is completed and not committed. */
  get isDue(): boolean {
    return this.#due.length > 0
  }

  get #due() {
    return [...this.#owned]
      .map((owned) => ({ owned, watermark: owned.ledger.watermark }))
      .filter(({ owned, watermark }) => watermark > owned.committedOffset)
  }

  async #commit(): Promise<void> {
    const due = this.#due
    if (due.length === 0 || this.#once === undefined) return
    try {
      await this.#flush()
      const still = due.filter(({ owned }) => !owned.lost.aborted)
      const refused = await this.#once({ topics: still.map(topicOf) })
      if (refused === 'skipped') return
      for (const { owned, watermark } of still) {
        if (!refused.has(partitionName(owned))) owned.committedOffset = watermark
      }
      const [problem] = refused.values()
      if (problem === undefined) this.#onCommit('ok')
      else this.#onCommit('failed', problem)
    } catch (error) {
      this.#onCommit('failed', error)
    }
  }
}

function topicOf({ owned, watermark }: { owned: OwnedPartition; watermark: number }) {
  const partitions = [{ partition: owned.partition, offset: String(watermark) }]
  return { topic: owned.topic, partitions }
}
