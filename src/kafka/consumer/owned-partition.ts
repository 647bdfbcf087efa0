import { setMaxListeners } from 'node:events'
import { partitionName } from '../../event/record.ts'
import { OffsetLedger } from '../../pipeline/offset-ledger.ts'
import type { Epoch } from '../../pipeline/source.ts'
import type { FetchWait } from '../fetch/judge-partition.ts'
import { LeaderEpochs } from '../fetch/leader-epochs.ts'

/** What keeps the records of a partition from being taken. */
export type WaitCause = 'preparing' | 'obstacle' | FetchWait

/** A partition that this member owns, from the join that gave it to the one that takes it. */
export class OwnedPartition implements Epoch {
  readonly topic: string
  readonly partition: number
  readonly ledger: OffsetLedger
  /** The committed offset, as far as this member knows. */
  committedOffset: number
  /** Whether its records may be taken now. */
  isPrepared = false
  /** Whether the intake has begun with it. */
  isBegun = false
  /** The id of the topic that it was opened of; undefined if brokers have no ids. */
  topicId: string | undefined
  /** Of the records that were read, as far as they are known. */
  leaderEpochs = new LeaderEpochs()
  /** Its topic was deleted: a commit could be taken for the next topic of that name. */
  isTopicGone = false
  /** Why it waits for each of these. */
  readonly #waits = new Map<WaitCause, string>()
  readonly #startOffset: number
  #loss = new AbortController()

  constructor(topic: string, partition: number, startOffset: number, committedOffset: number) {
    this.topic = topic
    this.partition = partition
    this.ledger = new OffsetLedger(startOffset)
    this.#startOffset = startOffset
    this.committedOffset = committedOffset
    setMaxListeners(0, this.#loss.signal)
  }

  /** Where a member that knew nothing of this one would begin. */
  get groupOffset(): number {
    return this.committedOffset < 0 ? this.#startOffset : this.committedOffset
  }

  /** Why nothing is read of it now; undefined while it is read. */
  get parkedWhy(): string | undefined {
    return this.#waits.values().next().value
  }

  get isParked(): boolean {
    return this.#waits.size > 0
  }

  /** It waits for that; with `why` undefined, not any more. */
  waits(cause: WaitCause, why: string | undefined): void {
    if (why === undefined) this.#waits.delete(cause)
    else this.#waits.set(cause, why)
  }

  /** It is not fetched any more: what its records waited for is not looked at. */
  forgetWaits(): void {
    for (const cause of ['obstacle', 'transaction', 'fetching'] as const) this.#waits.delete(cause)
  }

  get lost(): AbortSignal {
    return this.#loss.signal
  }

  lose(): void {
    this.#loss.abort()
  }
}

/** The partitions that this member owns now. */
export class OwnedPartitions {
  #byName = new Map<string, OwnedPartition>()

  get(topic: string, partition: number): OwnedPartition | undefined {
    return this.#byName.get(partitionName({ topic, partition }))
  }

  add(owned: OwnedPartition): void {
    this.#byName.set(partitionName(owned), owned)
  }

  remove(owned: OwnedPartition): void {
    this.#byName.delete(partitionName(owned))
  }

  [Symbol.iterator](): IterableIterator<OwnedPartition> {
    return this.#byName.values()
  }
}
