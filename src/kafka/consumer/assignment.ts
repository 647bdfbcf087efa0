import type { Admin, ConsumerGroupJoinEvent } from 'kafkajs'
import type { Intake, Obstacle } from '../../pipeline/source.ts'
import { redriveTopicOf } from '../../topics/names.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { byTopicName, isSame, type TopicPartition } from './assigner/balance.ts'
import type { MemberMetadata } from './assigner/member-metadata.ts'
import { type OutOfRangePorts, offsetReset, reasonOf, type Start } from './offset-reset.ts'
import { type GroupOffsets, nextOf, type PartitionOffsets, readOffsets } from './offsets.ts'
import { OwnedPartition, OwnedPartitions } from './owned-partition.ts'
import { type LeadConsumer, PartitionControl } from './partition-control.ts'

export interface AssignmentOptions
  extends Pick<OutOfRangePorts, 'groupId' | 'history' | 'outOfRange'> {
  admin: Admin
  intake: Intake
  clock: Clock
  log: Logger
  reports: Pick<OutOfRangePorts, 'onOutOfRange'> & { onFailure(error: Error): void }
}

const RETRY_MS = 500
/** How often offsets are read while one is gone or beyond its log's end: brokers may lag behind. */
const DOUBTFUL_READS = 5

/**
 * The partitions that this member owns, from join to join. Each is read only after an explicit
 * seek: the position that kafkajs remembers from an earlier assignment may be stale.
 */
export class Assignment {
  readonly owned = new OwnedPartitions()
  #options: AssignmentOptions
  #findStart: ReturnType<typeof offsetReset>
  #lead = new PartitionControl()
  #memberId: string | undefined
  #generation = -1
  /** Counts the joins, so that work begun for one join is dropped at the next. */
  #joins = 0
  #closed = new AbortController()

  constructor(options: AssignmentOptions) {
    this.#options = options
    this.#findStart = offsetReset({ ...options, ...options.reports })
  }

  /** Whether the running consumer has joined the group, even if it was assigned no partitions. */
  get isJoined(): boolean {
    return this.#memberId !== undefined
  }

  /** The metadata to send with the next join. */
  get claims(): MemberMetadata {
    const owned = [...this.owned].map(({ topic, partition }) => ({ topic, partition }))
    return { generation: this.#generation, owned }
  }

  /** kafkajs's join event does not contain the generation; its heartbeat events do. */
  seenGeneration(generation: number): void {
    this.#generation = generation
  }

  /** A new consumer, with a member id of its own, takes over. */
  use(consumer: LeadConsumer): void {
    this.#lead.use(consumer)
    this.#memberId = undefined
  }

  /** Stops accepting records; owned partitions can still be committed. */
  close(): void {
    this.#closed.abort()
    this.#lead.pause([...this.owned])
  }

  /** Ends the epoch of every partition: nothing of them can be committed any more. */
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

  seekBack(owned: OwnedPartition): void {
    this.#lead.seek(owned, owned.ledger.expected)
  }

  /** Stops reading the partition until the obstacle is cleared. */
  park(owned: OwnedPartition, obstacle: Obstacle): void {
    const { topic, partition } = owned
    owned.parkedWhy = obstacle.why
    this.#lead.pause([owned])
    const level = obstacle.isExpected ? 'debug' : 'warn'
    this.#options.log[level]({ topic, partition, why: obstacle.why }, 'partition paused')
    void obstacle.cleared.then(() => {
      owned.parkedWhy = undefined
      if (this.readable(topic, partition) === owned) this.#lead.resume(owned)
    })
  }

  /**
   * Runs synchronously when kafkajs has its new assignment, before its first fetch: lost partitions
   * are ended, and all others stay paused until their offsets are known.
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
      const isKept = isSameMember && assigned.some((each) => isSame(each, owned))
      if (!isKept) this.#end(owned)
    }
    this.#lead.pause(assigned)
    void this.#prepare(join, assigned)
  }

  async #prepare(join: number, assigned: TopicPartition[]): Promise<void> {
    const offsets = await this.#readOffsets(join, assigned)
    if (offsets === undefined) return
    // Inputs first: a redrive partition ends with its input, so it must be opened after it.
    const opened = [...assigned].sort(byTopicName).map(({ topic, partition }) => {
      const known = offsets.get(topic)?.get(partition)
      return known === undefined ? undefined : this.#open(join, topic, partition, known)
    })
    await Promise.all(opened)
    this.#options.log.info({ partitions: assigned.length }, 'partitions assigned')
  }

  #readOffsets(join: number, assigned: TopicPartition[]) {
    const { groupId, admin } = this.#options
    const topics = [...new Set(assigned.map(({ topic }) => topic))]
    let reads = 0
    return this.#untilDone(join, 'read the committed offsets', async () => {
      const offsets = await readOffsets(admin, groupId, topics)
      reads += 1
      if (reads < DOUBTFUL_READS && assigned.some((each) => this.#isDoubtful(each, offsets))) {
        throw new Error('the next offset is gone, or beyond the end of the log')
      }
      return offsets
    })
  }

  #isDoubtful({ topic, partition }: TopicPartition, all: GroupOffsets): boolean {
    const known = all.get(topic)?.get(partition)
    const next = nextOf(this.owned.get(topic, partition), known)
    const hasCommitted = this.#options.history.has({ topic, partition })
    const reason = known && reasonOf(next, known, hasCommitted)
    return reason === 'beyond-end' || reason === 'expired'
  }

  /** Retries until it succeeds; undefined when another join or a stop comes first. */
  async #untilDone<T>(join: number, what: string, work: () => Promise<T>): Promise<T | undefined> {
    const { clock } = this.#options
    const failures = new FailureLog(this.#options)
    const isCurrent = () => join === this.#joins && !this.#closed.signal.aborted
    while (isCurrent()) {
      try {
        const result = await work()
        return isCurrent() ? result : undefined
      } catch (error) {
        failures.failed({ error: messageOf(error) }, `cannot ${what}; retrying`)
        await clock.sleep(RETRY_MS, this.#closed.signal)
      }
    }
    return undefined
  }

  /** Starts or continues reading a partition whose offsets are known. */
  async #open(
    join: number,
    topic: string,
    partition: number,
    offsets: PartitionOffsets,
  ): Promise<void> {
    const kept = this.owned.get(topic, partition)
    // Committed beyond what we completed: another member owned it in between, so our epoch is over.
    const wasOwnedInBetween = kept !== undefined && (offsets.committed ?? 0) > kept.ledger.watermark
    if (kept !== undefined && wasOwnedInBetween) this.#end(kept)
    const start = this.#start(topic, partition, offsets)
    if (start === undefined) return
    const owned = this.owned.get(topic, partition) ?? this.#begin(topic, partition, start, offsets)
    if (start.offset > owned.ledger.expected) owned.ledger.passTo(start.offset)
    const isReady = await this.#untilDone(join, 'prepare a partition', async () => {
      await this.#options.intake.begin(owned)
      return true
    })
    if (!isReady) return
    owned.isPrepared = true
    this.seekBack(owned)
    if (!owned.isParked) this.#lead.resume(owned)
  }

  /** Where to continue; undefined if the service must not. */
  #start(topic: string, partition: number, offsets: PartitionOffsets): Start | undefined {
    const kept = this.owned.get(topic, partition)
    try {
      const start = this.#findStart({ topic, partition }, nextOf(kept, offsets), offsets)
      // The offsets in our ledger will be reused for other records.
      if (kept !== undefined && start.outOfRange === 'beyond-end') this.#end(kept)
      return start
    } catch (error) {
      this.#options.reports.onFailure(error as Error)
      return undefined
    }
  }

  #begin(
    topic: string,
    partition: number,
    { offset }: Start,
    { committed = -1 }: PartitionOffsets,
  ) {
    // A commit beyond the end of the log must not stop us from committing a lower offset.
    const owned = new OwnedPartition(topic, partition, offset, committed > offset ? -1 : committed)
    this.owned.add(owned)
    return owned
  }

  /** Also ends the redrive partition, which shares lanes and marks with its input partition. */
  #end(owned: OwnedPartition): void {
    this.owned.remove(owned)
    owned.lose()
    this.#options.intake.end(owned)
    const redrive = this.owned.get(redriveTopicOf(owned.topic), owned.partition)
    if (redrive !== undefined) this.#end(redrive)
  }
}
