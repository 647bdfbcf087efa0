import {
  type Admin,
  type Consumer,
  type ConsumerCrashEvent,
  type ConsumerEndBatchProcessEvent,
  type ConsumerGroupJoinEvent,
  type Kafka,
  PartitionAssigners,
} from 'kafkajs'
import type { Clock } from '../event/clock.ts'
import { messageOf } from '../event/errors.ts'
import type { Logger } from '../observe/logger.ts'
import type { Intake, Obstacle } from '../pipeline/source.ts'
import { Committer } from './committer.ts'
import { createFetch } from './fetch.ts'
import { type PartitionOffsets, readOffsets } from './offsets.ts'
import { OwnedPartition, OwnedPartitions } from './owned-partition.ts'
import { withRejoinHook } from './rejoin.ts'

export interface KafkaSourceOptions {
  kafka: Kafka
  groupId: string
  topics: readonly string[]
  intake: Intake
  clock: Clock
  log: Logger
  sessionTimeoutMs: number
  commitIntervalMs: number
  /** How long a rejoin may wait for running handlers. */
  rebalanceDrainMs: number
  reports: SourceReports
}

export interface SourceReports {
  onRebalance(seconds: number): void
  onCommit(result: 'ok' | 'failed'): void
  /** The consumer ended and will not come back by itself. */
  onCrash(error: Error): void
}

const REBALANCE_TIMEOUT_MS = 60_000
/** Short, so that a partition that is resumed is soon fetched again. */
const MAX_WAIT_MS = 100
const MAX_BYTES_PER_PARTITION = 200_000
const JOIN_RETRIES = 30
const OFFSETS_RETRY_MS = 500
/** kafkajs works off as many batches at once; a batch that waits must not hold up the others. */
const BATCHES_AT_ONCE = 16

type State = 'idle' | 'running' | 'stopping' | 'stopped'

/**
 * The consumer-group member: kafkajs, kept on a short lead. It keeps the books of the partitions it
 * owns, feeds the intake, and commits watermarks.
 */
export class KafkaSource {
  #options: KafkaSourceOptions
  #consumer: Consumer
  #admin: Admin
  #owned = new OwnedPartitions()
  #committer: Committer
  #state: State = 'idle'
  #memberId: string | undefined
  /** Counts the joins, so that what was begun for one is dropped when the next comes. */
  #joins = 0
  #rejoinStartedAtMs: number
  #lastTriedAtMs: number
  #stopped = new AbortController()

  constructor(options: KafkaSourceOptions) {
    this.#options = options
    const { kafka, groupId, sessionTimeoutMs, clock } = options
    this.#lastTriedAtMs = clock.now()
    this.#rejoinStartedAtMs = clock.now()
    this.#admin = kafka.admin()
    this.#committer = new Committer(this.#owned, (result, error) => this.#onCommit(result, error))
    this.#consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      maxWaitTimeInMs: MAX_WAIT_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      partitionAssigners: [withRejoinHook(PartitionAssigners.roundRobin, () => this.#beforeJoin())],
      retry: { retries: JOIN_RETRIES, restartOnFailure: async () => false },
    })
  }

  /** Partitions that this member owns, with their books. */
  get owned(): Iterable<OwnedPartition> {
    return this.#owned
  }

  /** Whether the member has joined its group, be it without partitions. */
  get isJoined(): boolean {
    return this.#state === 'running' && this.#joins > 0
  }

  /** When the fetch loop last did anything at all, a failed try included. */
  get lastTriedAtMs(): number {
    return this.#lastTriedAtMs
  }

  /** Resolves when the consumer runs; joining the group goes on after that. */
  async start(): Promise<void> {
    const { topics } = this.#options
    await this.#admin.connect()
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true })
    this.#listen()
    this.#state = 'running'
    const fetch = createFetch({
      intake: this.#options.intake,
      clock: this.#options.clock,
      readable: (topic, partition) => this.#readable(topic, partition),
      seekBack: (owned) => this.#seekToExpected(owned),
      park: (owned, obstacle) => this.#park(owned, obstacle),
    })
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: BATCHES_AT_ONCE,
      eachBatch: (payload) => {
        this.#tried()
        this.#committer.use(payload.commitOffsetsIfNecessary)
        return fetch(payload)
      },
    })
    void this.#commitEvery(this.#options.commitIntervalMs)
  }

  /** Stops taking records in, lets the intake drain within the limit, commits, leaves the group. */
  async stop(drainLimitMs: number): Promise<'drained' | 'limit'> {
    if (this.#state !== 'running') return 'drained'
    this.#state = 'stopping'
    this.#stopped.abort()
    this.#pause([...this.#owned])
    const result = await this.#options.intake.drain(drainLimitMs)
    await this.#committer.commit()
    await this.#consumer.disconnect()
    await this.#admin.disconnect()
    for (const owned of [...this.#owned]) this.#end(owned)
    this.#state = 'stopped'
    return result
  }

  #listen(): void {
    const { events } = this.#consumer
    this.#consumer.on(events.GROUP_JOIN, (event) => this.#onJoin(event))
    this.#consumer.on(events.END_BATCH_PROCESS, (event) => this.#onBatchEnd(event))
    this.#consumer.on(events.CRASH, (event) => this.#onCrash(event))
    this.#consumer.on(events.FETCH_START, () => this.#tried())
    this.#consumer.on(events.HEARTBEAT, () => this.#tried())
  }

  #tried(): void {
    this.#lastTriedAtMs = this.#options.clock.now()
  }

  #readable(topic: string, partition: number): OwnedPartition | undefined {
    this.#tried()
    const owned = this.#owned.get(topic, partition)
    return this.#state === 'running' && owned?.isPrepared ? owned : undefined
  }

  /**
   * Runs inside kafkajs before each join: what is running may end, and what is completed is
   * committed while this member may still do so. It must not throw.
   */
  async #beforeJoin(): Promise<void> {
    this.#tried()
    this.#rejoinStartedAtMs = this.#options.clock.now()
    if (this.#joins === 0 || this.#state === 'stopped') return
    await this.#options.intake.drain(this.#options.rebalanceDrainMs)
    await this.#committer.commit()
  }

  /**
   * Runs synchronously when kafkajs has its new assignment, before it fetches for it: partitions
   * that are gone are given up, and all others are held back until their offsets are known.
   */
  #onJoin({ payload }: ConsumerGroupJoinEvent): void {
    const { clock, reports } = this.#options
    const join = ++this.#joins
    reports.onRebalance((clock.now() - this.#rejoinStartedAtMs) / 1000)
    const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    )
    const isSameMember = payload.memberId === this.#memberId
    this.#memberId = payload.memberId
    for (const owned of [...this.#owned]) {
      owned.isPrepared = false
      owned.gapSeenAtOffset = undefined
      const isKept = assigned.some((each) => isSame(each, owned))
      if (!isKept || !isSameMember) this.#end(owned)
    }
    this.#pause(assigned)
    if (this.#state === 'running') void this.#prepare(join, assigned)
  }

  async #prepare(join: number, assigned: { topic: string; partition: number }[]): Promise<void> {
    const topics = [...new Set(assigned.map(({ topic }) => topic))]
    const offsets = await this.#readOffsets(join, topics)
    if (offsets === undefined) return
    for (const { topic, partition } of assigned) {
      const known = offsets.get(topic)?.get(partition)
      if (known !== undefined) this.#open(topic, partition, known)
    }
    this.#options.log.info({ partitions: assigned.length }, 'partitions assigned')
  }

  /** Asks until the brokers answer; undefined when another join or a stop came first. */
  async #readOffsets(join: number, topics: string[]) {
    const { groupId, clock, log } = this.#options
    while (join === this.#joins && this.#state === 'running') {
      try {
        const offsets = await readOffsets(this.#admin, groupId, topics)
        return join === this.#joins && this.#state === 'running' ? offsets : undefined
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'cannot read the committed offsets; trying again')
        await clock.sleep(OFFSETS_RETRY_MS, this.#stopped.signal)
      }
    }
    return undefined
  }

  /** Starts or goes on reading a partition whose offsets are known. */
  #open(topic: string, partition: number, offsets: PartitionOffsets): void {
    const kept = this.#owned.get(topic, partition)
    // Somebody else committed beyond what we completed: they owned it in between, so what we have
    // under way belongs to an epoch that is over.
    const wasOwnedInBetween = kept !== undefined && (offsets.committed ?? 0) > kept.ledger.watermark
    if (kept !== undefined && wasOwnedInBetween) this.#end(kept)
    const owned = this.#owned.get(topic, partition) ?? this.#begin(topic, partition, offsets)
    owned.isPrepared = true
    this.#seekToExpected(owned)
    if (!owned.isParked) this.#resume(owned)
  }

  #begin(topic: string, partition: number, offsets: PartitionOffsets): OwnedPartition {
    const startOffset = this.#startOf(topic, partition, offsets)
    const committed = offsets.committed ?? -1
    const owned = new OwnedPartition(topic, partition, startOffset, committed)
    this.#owned.add(owned)
    this.#options.intake.begin(owned)
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
    this.#owned.remove(owned)
    owned.lose()
    this.#options.intake.end(owned)
  }

  /**
   * kafkajs does not hand over batches that hold nothing but control or aborted records, but moves
   * on behind them: so do the books, else the partition's lag would never reach 0.
   */
  #onBatchEnd({ payload }: ConsumerEndBatchProcessEvent): void {
    if (payload.batchSize > 0) return
    const owned = this.#readable(payload.topic, payload.partition)
    if (owned === undefined || !this.#continues(owned, Number(payload.firstOffset))) return
    const next = Number(payload.lastOffset) + 1
    if (next > owned.ledger.expected) owned.ledger.passTo(next)
  }

  /**
   * Whether such a batch continues what was taken. One that begins behind a gap may be of an older
   * assignment, or the log was compacted there: the next batch will be sought back, and if the gap
   * then shows again, it is the log's.
   */
  #continues(owned: OwnedPartition, firstOffset: number): boolean {
    const { expected } = owned.ledger
    if (firstOffset <= expected || owned.gapSeenAtOffset === expected) return true
    owned.gapSeenAtOffset = expected
    return false
  }

  #park(owned: OwnedPartition, obstacle: Obstacle): void {
    const { topic, partition } = owned
    owned.isParked = true
    this.#pause([owned])
    this.#options.log.warn({ topic, partition, why: obstacle.why }, 'partition paused')
    void obstacle.cleared.then(() => {
      owned.isParked = false
      if (this.#readable(topic, partition) === owned) this.#resume(owned)
    })
  }

  #seekToExpected({ topic, partition, ledger }: OwnedPartition): void {
    this.#consumer.seek({ topic, partition, offset: String(ledger.expected) })
  }

  #pause(partitions: { topic: string; partition: number }[]): void {
    this.#consumer.pause(
      partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] })),
    )
  }

  #resume({ topic, partition }: OwnedPartition): void {
    this.#consumer.resume([{ topic, partitions: [partition] }])
  }

  #onCommit(result: 'ok' | 'failed', error?: unknown): void {
    this.#options.reports.onCommit(result)
    if (result === 'ok') return
    this.#options.log.warn({ error: messageOf(error) }, 'commit failed; the next one tries again')
  }

  /** kafkajs has left the group and disconnected: what is under way can't be committed any more. */
  #onCrash({ payload }: ConsumerCrashEvent): void {
    this.#state = 'stopped'
    this.#stopped.abort()
    for (const owned of [...this.#owned]) this.#end(owned)
    void this.#admin.disconnect()
    this.#options.reports.onCrash(payload.error)
  }

  async #commitEvery(intervalMs: number): Promise<void> {
    while (this.#state === 'running') {
      await this.#options.clock.sleep(intervalMs, this.#stopped.signal)
      await this.#committer.commit()
    }
  }
}

function isSame(
  a: { topic: string; partition: number },
  b: { topic: string; partition: number },
): boolean {
  return a.topic === b.topic && a.partition === b.partition
}
