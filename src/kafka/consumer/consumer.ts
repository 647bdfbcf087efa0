import type { Admin, Consumer, Kafka } from 'kafkajs'
import { messageOf } from '../../util/errors.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import { backoffMs } from '../../util/retry.ts'
import { finalError } from '../client/errors.ts'
import { beforeRejoin, drainLimitMs } from '../patches/before-rejoin.ts'
import { withFetchErrors } from '../patches/fetch-errors.ts'
import { onMemberEvicted } from '../patches/member-evicted.ts'
import { withFetchAhead } from '../patches/prefetch.ts'
import { withRawBatches } from '../patches/raw-batches.ts'
import { stickyAssigner } from './assigner/sticky-assigner.ts'
import { Assignment, type AssignmentOptions } from './assignment.ts'
import { Committer } from './committer.ts'
import { classifyCrash } from './crash-kind.ts'
import { createFetch } from './fetch.ts'
import { BATCHES_AT_ONCE, fetchLimits } from './fetch-limits.ts'
import { finalCommit } from './final-commit.ts'
import { Liveness } from './liveness.ts'
import type { CommitHistory, OutOfRangePorts } from './offset-reset.ts'
import { readCommitted } from './offsets.ts'
import type { OwnedPartition } from './owned-partition.ts'
import { StaleCoordinator } from './stale-coordinator.ts'
import { disconnected, drainMs, startEnded } from './stop-limits.ts'
import { subscribe } from './subscribe.ts'

export interface KafkaSourceOptions extends Omit<AssignmentOptions, 'admin' | 'reports'> {
  kafka: Kafka
  topics: readonly string[]
  history: CommitHistory
  sessionTimeoutMs: number
  commitIntervalMs: number
  /** How long a rejoin may wait for running handlers. */
  rebalanceDrainMs: number
  reports: SourceReports
}

export interface SourceReports extends Pick<OutOfRangePorts, 'onOutOfRange'> {
  onRebalance(seconds: number): void
  onCommit(result: 'ok' | 'failed'): void
  /** The consumer crashed, and a new one would fail as well. */
  onFailure(error: Error): void
}

const REBALANCE_TIMEOUT_MS = 60_000
const JOIN_RETRIES = 10
const REBUILD_BACKOFF = { firstMs: 1_000, maxMs: 30_000 }
/** Limit of crashes of kind `retry` without a successful join in between. */
const CRASHES_MAX = 5

type State = 'idle' | 'running' | 'stopping' | 'stopped'

/**
 * The consumer-group member, built on kafkajs. It feeds the records of its assigned partitions to
 * the intake, commits watermarks, and replaces a kafkajs consumer that crashed with a new one.
 */
export class KafkaSource {
  readonly signs: Liveness
  #options: KafkaSourceOptions
  #admin: Admin
  #consumer: Consumer | undefined
  #assignment: Assignment
  #committer: Committer
  #coordinator = new StaleCoordinator()
  #state: State = 'idle'
  #crashes = 0
  #rejoinStartedAtMs: number
  #stopped = new AbortController()
  #rebuilding: Promise<void> = Promise.resolve()
  #crashLog: FailureLog
  #commitLog: FailureLog

  constructor(options: KafkaSourceOptions) {
    this.#options = options
    this.signs = new Liveness(options.clock)
    this.#crashLog = new FailureLog(options)
    this.#commitLog = new FailureLog(options)
    this.#rejoinStartedAtMs = options.clock.now()
    this.#admin = options.kafka.admin()
    this.#assignment = new Assignment({ ...options, admin: this.#admin })
    const { owned } = this.#assignment
    const flush = () => options.intake.flush()
    this.#committer = new Committer(owned, flush, (result, error) => this.#onCommit(result, error))
  }

  /** The partitions that this member owns, with their offset ledgers. */
  get owned(): Iterable<OwnedPartition> {
    return this.#assignment.owned
  }

  /** Whether the member has joined its group, even if it was assigned no partitions. */
  get isJoined(): boolean {
    return this.#state === 'running' && this.#assignment.isJoined
  }

  /** Resolves when the consumer runs; it joins the group after that. */
  async start(): Promise<void> {
    await this.#admin.connect()
    this.#state = 'running'
    await this.#build()
    void this.#commitEvery(this.#options.commitIntervalMs)
  }

  /** Stops reading, lets the intake drain within the limit, commits, leaves the group. */
  async stop(drainLimitMs: number): Promise<'drained' | 'limit'> {
    if (this.#state !== 'running') return 'drained'
    this.#state = 'stopping'
    const { clock, sessionTimeoutMs } = this.#options
    this.#stopped.abort()
    await startEnded(this.#rebuilding, clock)
    this.#assignment.close()
    const canCommit = this.#assignment.isJoined && this.signs.sinceHeartbeatMs < sessionTimeoutMs
    if (!canCommit) this.#assignment.endAll()
    const result = await this.#options.intake.drain(drainMs(drainLimitMs, canCommit))
    await this.#finalCommit()
    await disconnected([this.#consumer, this.#admin], clock)
    this.#assignment.endAll()
    this.#state = 'stopped'
    return result
  }

  #finalCommit(): Promise<void> {
    const { groupId, clock, log } = this.#options
    const read = (topics: string[]) => readCommitted(this.#admin, groupId, topics)
    const { owned } = this
    return finalCommit({ committer: this.#committer, owned, clock, log, readCommitted: read })
  }

  /** Always a new kafkajs consumer: one that crashed may not start again. */
  async #build(): Promise<void> {
    const { kafka, groupId, sessionTimeoutMs, topics } = this.#options
    const sticky = stickyAssigner(() => this.#assignment.claims)
    const member = onMemberEvicted(sticky, () => this.#assignment.endAll())
    const isDue = () => this.#coordinator.isStale
    const assigner = withFetchErrors(withFetchAhead(withRawBatches(member)), isDue)
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      ...fetchLimits,
      partitionAssigners: [beforeRejoin(assigner, () => this.#beforeJoin())],
      retry: { retries: JOIN_RETRIES, restartOnFailure: async () => false },
    })
    await subscribe(consumer, topics)
    if (this.#state !== 'running') return consumer.disconnect()
    this.#consumer = consumer
    this.#assignment.use(consumer)
    this.#listen(consumer)
    await this.#run(consumer)
  }

  #listen(consumer: Consumer): void {
    const { events } = consumer
    this.signs.listen(consumer)
    this.#coordinator.listen(consumer)
    consumer.on(events.GROUP_JOIN, (event) => {
      this.#crashes = 0
      const { clock, reports } = this.#options
      reports.onRebalance((clock.now() - this.#rejoinStartedAtMs) / 1000)
      this.#assignment.joined(event)
    })
    consumer.on(events.CRASH, ({ payload }) => this.#onCrash(consumer, payload.error))
    consumer.on(events.HEARTBEAT, ({ payload }) => {
      this.#assignment.seenGeneration(payload.groupGenerationId)
    })
  }

  async #run(consumer: Consumer): Promise<void> {
    const fetch = createFetch({
      intake: this.#options.intake,
      clock: this.#options.clock,
      readable: (topic, partition) => {
        this.signs.tried()
        if (this.signs.sinceHeartbeatMs >= this.#options.sessionTimeoutMs) return undefined
        return this.#assignment.readable(topic, partition)
      },
      seekBack: (owned) => this.#assignment.seekBack(owned),
      park: (owned, obstacle) => this.#assignment.park(owned, obstacle),
    })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: BATCHES_AT_ONCE,
      eachBatch: (payload) => {
        this.#committer.use(payload.commitOffsetsIfNecessary)
        return fetch(payload)
      },
    })
  }

  /**
   * Runs inside kafkajs before each join: lets running handlers finish and commits what is
   * completed, while this member still may. It must not throw.
   */
  async #beforeJoin(): Promise<void> {
    this.signs.tried()
    this.#rejoinStartedAtMs = this.#options.clock.now()
    if (!this.#assignment.isJoined || this.#state === 'stopped') return
    await this.#options.intake.drain(drainLimitMs(this.#options))
    await this.#committer.commit()
  }

  /** kafkajs has left the group and disconnected: work in progress cannot be committed any more. */
  #onCrash(consumer: Consumer, error: Error): void {
    if (consumer !== this.#consumer) return
    this.#consumer = undefined
    this.#assignment.endAll()
    if (this.#state !== 'running') return
    this.#rebuilding = this.#rebuild(error)
  }

  /** Retries until a consumer runs; reports a failure if another consumer would fail as well. */
  async #rebuild(crash: Error): Promise<void> {
    const { clock, reports, topics, groupId } = this.#options
    let error = crash
    while (this.#state === 'running') {
      const kind = classifyCrash(error)
      this.#crashes += 1
      if (kind === 'final' || (kind === 'retry' && this.#crashes > CRASHES_MAX)) {
        return reports.onFailure(finalError(error, `read ${topics.join(', ')} as group ${groupId}`))
      }
      const delayMs = backoffMs(REBUILD_BACKOFF, this.#crashes)
      this.#crashLog.failed({ err: error, delayMs }, 'the consumer crashed; starting a new one')
      this.signs.tried()
      await clock.sleep(delayMs, this.#stopped.signal)
      try {
        return await this.#build()
      } catch (failure) {
        error = failure as Error
      }
    }
  }

  #onCommit(result: 'ok' | 'failed', error?: unknown): void {
    this.#options.reports.onCommit(result)
    const log = this.#commitLog
    if (result === 'failed') this.#coordinator.commitFailed(error)
    if (result === 'ok') log.worked({}, 'commits work again')
    else log.failed({ error: messageOf(error) }, 'commit failed; the next commit retries')
  }

  async #commitEvery(intervalMs: number): Promise<void> {
    while (this.#state === 'running') {
      await this.#options.clock.sleep(intervalMs, this.#stopped.signal)
      await this.#committer.commit()
      this.#options.history.add(this.owned)
    }
  }
}
