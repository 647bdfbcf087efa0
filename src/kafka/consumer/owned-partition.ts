import { setMaxListeners } from 'node:events'
import { OffsetLedger } from '../../pipeline/offset-ledger.ts'
import type { Epoch } from '../../pipeline/source.ts'

/** A partition that this member owns, from the join that gave it to the one that takes it. */
export class OwnedPartition implements Epoch {
  readonly topic: string
  readonly partition: number
  readonly ledger: OffsetLedger
  /** What the group's coordinator holds for it, as far as we know. */
  committedOffset: number
  /** Read from only once its start is known and kafkajs was told; anew after every join. */
  isPrepared = false
  /** A batch of it is being taken in. A second one at the same time would mix up the order. */
  isTaking = false
  /** Why a record could not be taken in, so that the partition is not read; undefined while it is. */
  parkedWhy: string | undefined
  /** The expected offset at which a batch without records began behind a gap. */
  gapSeenAtOffset: number | undefined
  #loss = new AbortController()

  constructor(topic: string, partition: number, startOffset: number, committedOffset: number) {
    this.topic = topic
    this.partition = partition
    this.ledger = new OffsetLedger(startOffset)
    this.committedOffset = committedOffset
    setMaxListeners(0, this.#loss.signal)
  }

  /**
   * Whether a batch without records continues what was taken. One that begins behind a gap may be of
   * an older assignment, or the log was compacted there: the next batch will be sought back, and if
   * the gap then shows again, it is the log's.
   */
  continuesAt(firstOffset: number): boolean {
    const { expected } = this.ledger
    if (firstOffset <= expected || this.gapSeenAtOffset === expected) return true
    this.gapSeenAtOffset = expected
    return false
  }

  get isParked(): boolean {
    return this.parkedWhy !== undefined
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
    return this.#byName.get(nameOf(topic, partition))
  }

  add(owned: OwnedPartition): void {
    this.#byName.set(nameOf(owned.topic, owned.partition), owned)
  }

  remove(owned: OwnedPartition): void {
    this.#byName.delete(nameOf(owned.topic, owned.partition))
  }

  [Symbol.iterator](): IterableIterator<OwnedPartition> {
    return this.#byName.values()
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
