import type { Admin, Consumer, ConsumerEndBatchProcessEvent, ConsumerGroupJoinEvent } from 'kafkajs'
import type { Clock } from '../event/clock.ts'
import { messageOf } from '../event/errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { Intake, Obstacle } from '../pipeline/source.ts'
import type { TopicPartition } from './balance.ts'
import type { Claims } from './claims.ts'
import { type PartitionOffsets, readOffsets } from './offsets.ts'
import { OwnedPartition, OwnedPartitions } from './owned-partition.ts'

type Lead = Pick<Consumer, 'pause' | 'resume' | 'seek'>

export interface AssignmentOptions {
  groupId: string
  admin: Admin
  intake: Intake
  clock: Clock
  log: Logger
}

const RETRY_MS = 500

/**
 * What this member owns, from join to join. A partition is read only from an offset that we told
 * kafkajs ourselves: what it remembers of a partition it had before may be stale.
 */
export class Assignment {
  readonly owned = new OwnedPartitions()
  #options: AssignmentOptions
  #consumer: Lead | undefined
  #memberId: string | undefined
  #generation = -1
  /** Counts the joins, so that what was begun for one is dropped when the next comes. */
  #joins = 0
  #closed = new AbortController()

  constructor(options: AssignmentOptions) {
    this.#options = options
  }

  /** Whether the running consumer has joined the group, be it without partitions. */
  get isJoined(): boolean {
    return this.#memberId !== undefined
  }

  /** What to tell the group's leader before the next join. */
  get claims(): Claims {
    const owned = [...this.owned].map(({ topic, partition }) => ({ topic, partition }))
    return { generation: this.#generation, owned }
  }

  /** A join does not tell its generation, the heartbeats after it do. */
  seenGeneration(generation: number): void {
    this.#generation = generation
  }

  /** A new consumer, with a member id of its own, takes over. */
  use(consumer: Lead): void {
    this.#consumer = consumer
    this.#memberId = undefined
  }

  /** Takes no more records in; what is owned can still be committed. */
  close(): void {
    this.#closed.abort()
    this.#pause([...this.owned])
  }

  /** Gives everything up: nothing of it can be committed any more. */
  endAll(): void {
    this.#joins += 1
    this.#memberId = undefined
    for (const owned of [...this.owned]) this.#end(owned)
  }

  /** The partition if it is ours and may be read now. */
  readable(topic: string, partition: number): OwnedPartition | undefined {
    const owned = this.owned.get(topic, partition)
    return owned?.isPrepared && !this.#closed.signal.aborted ? owned : undefined
  }

  seekBack({ topic, partition, ledger }: OwnedPartition): void {
    const offset = String(ledger.expected)
    this.#tell((consumer) => consumer.seek({ topic, partition, offset }))
  }

  /** Stops reading the partition until the obstacle is cleared. */
  park(owned: OwnedPartition, obstacle: Obstacle): void {
    const { topic, partition } = owned
    owned.isParked = true
    this.#pause([owned])
    this.#options.log.warn({ topic, partition, why: obstacle.why }, 'partition paused')
    void obstacle.cleared.then(() => {
      owned.isParked = false
      if (this.readable(topic, partition) === owned) this.#resume(owned)
    })
  }

  /**
   * Runs synchronously when kafkajs has its new assignment, before it fetches for it: partitions
   * that are gone are given up, and all others are held back until their offsets are known.
   */
  joined({ payload }: ConsumerGroupJoinEvent): void {
    const join = ++this.#joins
    const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    )
    const isSameMember = payload.memberId === this.#memberId
    this.#memberId = payload.memberId
    for (const owned of [...this.owned]) {
      owned.isPrepared = false
      owned.gapSeenAtOffset = undefined
      const isKept = isSameMember && assigned.some((each) => isSame(each, owned))
      if (!isKept) this.#end(owned)
    }
    this.#pause(assigned)
    void this.#prepare(join, assigned)
  }

  /**
   * kafkajs does not hand over batches that hold nothing but control or aborted records, but moves
   * on behind them: so do the books, else the partition's lag would never reach 0.
   */
  batchEnded({ payload }: ConsumerEndBatchProcessEvent): void {
    if (payload.batchSize > 0) return
    const owned = this.readable(payload.topic, payload.partition)
    if (owned === undefined || !continues(owned, Number(payload.firstOffset))) return
    const next = Number(payload.lastOffset) + 1
    if (next > owned.ledger.expected) owned.ledger.passTo(next)
  }

  async #prepare(join: number, assigned: TopicPartition[]): Promise<void> {
    const topics = [...new Set(assigned.map(({ topic }) => topic))]
    const offsets = await this.#readOffsets(join, topics)
    if (offsets === undefined) return
    const opened = assigned.map(({ topic, partition }) => {
      const known = offsets.get(topic)?.get(partition)
      return known === undefined ? undefined : this.#open(join, topic, partition, known)
    })
    await Promise.all(opened)
    this.#options.log.info({ partitions: assigned.length }, 'partitions assigned')
  }

  #readOffsets(join: number, topics: string[]) {
    const { groupId, admin } = this.#options
    return this.#untilDone(join, 'read the committed offsets', () =>
      readOffsets(admin, groupId, topics),
    )
  }

  /** Tries until it is done; undefined when another join or a stop came first. */
  async #untilDone<T>(join: number, what: string, work: () => Promise<T>): Promise<T | undefined> {
    const { clock, log } = this.#options
    const isCurrent = () => join === this.#joins && !this.#closed.signal.aborted
    while (isCurrent()) {
      try {
        const result = await work()
        return isCurrent() ? result : undefined
      } catch (error) {
        log.warn({ error: messageOf(error) }, `cannot ${what}; trying again`)
        await clock.sleep(RETRY_MS, this.#closed.signal)
      }
    }
    return undefined
  }

  /** Starts or goes on reading a partition whose offsets are known. */
  async #open(
    join: number,
    topic: string,
    partition: number,
    offsets: PartitionOffsets,
  ): Promise<void> {
    const kept = this.owned.get(topic, partition)
    // Somebody else committed beyond what we completed: they owned it in between, so what we have
    // under way belongs to an epoch that is over.
    const wasOwnedInBetween = kept !== undefined && (offsets.committed ?? 0) > kept.ledger.watermark
    if (kept !== undefined && wasOwnedInBetween) this.#end(kept)
    const owned = this.owned.get(topic, partition) ?? this.#begin(topic, partition, offsets)
    const isReady = await this.#untilDone(join, 'prepare a partition', async () => {
      await this.#options.intake.begin(owned)
      return true
    })
    if (!isReady) return
    owned.isPrepared = true
    this.seekBack(owned)
    if (!owned.isParked) this.#resume(owned)
  }

  #begin(topic: string, partition: number, offsets: PartitionOffsets): OwnedPartition {
    const startOffset = this.#startOf(topic, partition, offsets)
    const owned = new OwnedPartition(topic, partition, startOffset, offsets.committed ?? -1)
    this.owned.add(owned)
    return owned
  }

  #startOf(topic: string, partition: number, { committed, low, high }: PartitionOffsets): number {
    if (committed === undefined) return low
    if (committed >= low && committed <= high) return committed
    const message = 'the committed offset is outside the log: starting at the first that is left'
    this.#options.log.error({ topic, partition, committed, low, high }, message)
    return low
  }

  #end(owned: OwnedPartition): void {
    this.owned.remove(owned)
    owned.lose()
    this.#options.intake.end(owned)
  }

  #pause(partitions: TopicPartition[]): void {
    const each = partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }))
    this.#tell((consumer) => consumer.pause(each))
  }

  #resume({ topic, partition }: OwnedPartition): void {
    this.#tell((consumer) => consumer.resume([{ topic, partitions: [partition] }]))
  }

  #tell(what: (consumer: Lead) => void): void {
    try {
      if (this.#consumer !== undefined) what(this.#consumer)
    } catch {
      // kafkajs throws when it has ended by itself and has not told so yet. Its crash ends every
      // epoch, so there is nothing left to tell it.
    }
  }
}

/**
 * Whether a batch without records continues what was taken. One that begins behind a gap may be of
 * an older assignment, or the log was compacted there: the next batch will be sought back, and if
 * the gap then shows again, it is the log's.
 */
function continues(owned: OwnedPartition, firstOffset: number): boolean {
  const { expected } = owned.ledger
  if (firstOffset <= expected || owned.gapSeenAtOffset === expected) return true
  owned.gapSeenAtOffset = expected
  return false
}

function isSame(a: TopicPartition, b: TopicPartition): boolean {
  return a.topic === b.topic && a.partition === b.partition
}
