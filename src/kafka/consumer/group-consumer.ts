import type { Intake } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { Latch } from '../../util/latch.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { backoffMs } from '../../util/retry.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { finalError } from '../client/errors.ts'
import { Fetcher } from '../fetch/fetcher.ts'
import { readLogRanges } from '../fetch/log-ranges.ts'
import { createTakeBatches } from '../fetch/take-batches.ts'
import { GroupMember } from '../member/group-member.ts'
import { sendHeartbeats } from '../member/heartbeats.ts'
import { faultOf } from '../member/member-fault.ts'
import type { RebalanceMode } from '../member/protocols.ts'
import { BrokerError } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { Committer } from './committer.ts'
import { Liveness } from './liveness.ts'
import {
  type CommitHistory,
  type OutOfRangePolicy,
  type OutOfRangePorts,
  offsetReset,
  reasonOf,
  recreatedStart,
} from './offset-reset.ts'
import type { OwnedPartition } from './owned-partition.ts'
import { readPartitionOffsets } from './partition-offsets.ts'
import { Partitions } from './partitions.ts'

export interface GroupConsumerOptions {
  /** Closed with the consumer. */
  cluster: Cluster
  groupId: string
  /** Of a static member; see `MemberOptions`. */
  instanceId: string | undefined
  mode: RebalanceMode
  topics: readonly string[]
  intake: Intake
  clock: Clock
  log: Logger
  history: CommitHistory
  outOfRange: OutOfRangePolicy
  sessionTimeoutMs: number
  commitIntervalMs: number
  /** How long a partition that is handed over may wait for running handlers. */
  rebalanceDrainMs: number
  reports: ConsumerReports
}

export interface ConsumerReports extends Pick<OutOfRangePorts, 'onOutOfRange'> {
  onRebalance(seconds: number): void
  onCommit(result: 'ok' | 'failed'): void
  /** The service cannot continue. */
  onFailure(error: Error): void
}

type State = 'idle' | 'running' | 'stopping' | 'stopped'

const REBALANCE_TIMEOUT_MS = 60_000
const BACKOFF = { firstMs: 100, maxMs: 5_000 }
const METADATA_INTERVAL_MS = 10_000
/** While a topic is missing. */
const MISSING_INTERVAL_MS = 2_000
const FINAL_COMMIT_LIMIT_MS = 5_000
const FINAL_COMMIT_RETRY_MS = 200
/** A join that is under way when the service stops. */
const LAST_JOIN_LIMIT_MS = 3_000
const LEAVE_LIMIT_MS = 2_000

/**
 * The member of the consumer group. It feeds the records of its partitions to the intake and commits
 * watermarks. In a rebalance only the partitions that move are stopped.
 */
export class GroupConsumer {
  readonly signs: Liveness
  readonly #options: GroupConsumerOptions
  readonly #cluster: Cluster
  readonly #member: GroupMember
  readonly #fetcher: Fetcher
  readonly #partitions: Partitions
  readonly #committer: Committer
  readonly #commitLog: FailureLog
  readonly #joinLog: FailureLog
  readonly #rejoinDue = new Latch()
  readonly #stopped = new AbortController()
  #state: State = 'idle'
  #reason = 'start'
  #isJoined = false
  #hasEverJoined = false
  /** A join is under way, which no commit may overlap. */
  #isJoining = false
  #loops: Promise<unknown> = Promise.resolve()

  constructor(options: GroupConsumerOptions) {
    const { clock, log, intake, sessionTimeoutMs } = options
    this.#options = options
    this.signs = new Liveness(clock)
    this.#commitLog = new FailureLog(options)
    this.#joinLog = new FailureLog(options)
    this.#cluster = options.cluster
    this.#member = new GroupMember({
      ...options,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      nowMs: () => clock.elapsedMs(),
      onConfirmed: (sentAtMs) => this.signs.confirmed(sentAtMs),
    })
    this.#fetcher = new Fetcher({
      cluster: this.#cluster,
      clock,
      log,
      takeBatches: createTakeBatches({
        intake,
        clock,
        mayTake: (epoch) =>
          this.signs.sinceConfirmedMs < sessionTimeoutMs && this.#partitions.mayTake(epoch),
      }),
      onOutOfRange: (epoch) => void this.#outOfRange(epoch as OwnedPartition),
      onObstacle: (epoch, obstacle) => this.#partitions.obstacle(epoch as OwnedPartition, obstacle),
      onFailure: (error) => this.#fail(error),
      onAttempt: () => this.signs.tried(),
    })
    this.#partitions = this.#createPartitions()
    const flush = () => intake.flush()
    const { owned } = this.#partitions
    this.#committer = new Committer(owned, flush, (result, error) => this.#onCommit(result, error))
    this.#committer.use((offsets) => this.#commitOnce(offsets))
  }

  /** The partitions that this member owns, with their offset ledgers. */
  get owned(): Iterable<OwnedPartition> {
    return this.#partitions.owned
  }

  /** Whether the member has joined its group, even if it was assigned no partitions. */
  get isJoined(): boolean {
    return this.#state === 'running' && this.#isJoined
  }

  /** The topics that brokers do not describe, with the name of the error. */
  get missingTopics(): ReadonlyMap<string, string> {
    return this.#cluster.missing
  }

  /** Resolves when the brokers have responded; the member joins the group after that. */
  async start(): Promise<void> {
    await this.#cluster.want(this.#options.topics)
    this.#cluster.onRefresh(() => this.#onMetadata())
    this.#state = 'running'
    this.signs.confirmed(this.#options.clock.elapsedMs())
    this.#loops = Promise.all([this.#stayJoined(), this.#commitEvery(), this.#refreshMetadata()])
    void sendHeartbeats(
      {
        clock: this.#options.clock,
        sessionTimeoutMs: this.#options.sessionTimeoutMs,
        isMember: () => this.#member.isKnown,
        sinceConfirmedMs: () => this.signs.sinceConfirmedMs,
        heartbeat: (limitMs) => this.#member.heartbeat(limitMs),
        onRejoin: (error) => this.#onRejoin(error),
        onEvicted: (why) => this.#onEvicted(why),
        onFenced: (error) => this.#fail(error),
        onAttempt: () => this.signs.tried(),
      },
      this.#left.signal,
    )
  }

  /** Aborts when the member has left, which it does after the last commit. */
  readonly #left = new AbortController()

  /** Stops reading, lets the intake drain within the limit, commits, leaves the group. */
  async stop(drainLimitMs: number): Promise<'drained' | 'limit'> {
    if (this.#state !== 'running') return 'drained'
    this.#state = 'stopping'
    this.#fetcher.close()
    this.#stopped.abort()
    this.#rejoinDue.set()
    const { clock, intake } = this.#options
    const result = await intake.drain(drainLimitMs)
    const late = () => new Error('a join is still under way')
    await withTimeout(this.#loops, LAST_JOIN_LIMIT_MS, late, clock).catch(() => undefined)
    await this.#finalCommit()
    await withTimeout(this.#member.leave(), LEAVE_LIMIT_MS, late, clock).catch(() => undefined)
    this.#left.abort()
    this.#cluster.close()
    this.#partitions.loseAll()
    this.#state = 'stopped'
    return result
  }

  #createPartitions(): Partitions {
    const { groupId, history, outOfRange, log, reports, clock, intake } = this.#options
    const ports = { groupId, history, outOfRange, log, onOutOfRange: reports.onOutOfRange }
    const findStart = offsetReset(ports)
    return new Partitions({
      intake,
      clock,
      log,
      fetcher: this.#fetcher,
      readOffsets: async (places) => {
        const offsets = await readPartitionOffsets(this.#member, this.#cluster, places)
        const isKnown = [...offsets.values()].every((each) => !(each instanceof Error))
        if (!isKnown) await this.#cluster.refresh().catch(() => undefined)
        return offsets
      },
      topicIdOf: (topic) => this.#cluster.topic(topic)?.topicId,
      hasCommitted: (place) => history.has(place),
      startOf: (what, next, range) =>
        what.isRecreated
          ? recreatedStart(ports, what, next ?? 0, range)
          : findStart(what, next, range),
      onFailure: (error) => this.#fail(error),
    })
  }

  /** Joins, and joins again whenever that is due. */
  async #stayJoined(): Promise<void> {
    let failures = 0
    while (this.#state === 'running') {
      this.signs.tried()
      try {
        await this.#rebalance()
        failures = 0
        while (this.#state === 'running' && !this.#rejoinDue.isSet) {
          await this.#rejoinDue.wait(METADATA_INTERVAL_MS, this.#options.clock)
        }
      } catch (error) {
        failures += 1
        if (!this.#judge(error as Error, failures)) return
        await this.#options.clock.sleep(backoffMs(BACKOFF, failures), this.#stopped.signal)
      }
    }
  }

  /** One join, and what follows from its assignment. */
  async #rebalance(): Promise<void> {
    const { clock, log, reports, mode } = this.#options
    const startedAtMs = clock.elapsedMs()
    this.#rejoinDue.clear()
    if (mode === 'eager') await this.#stopAll()
    this.#isJoining = true
    await this.#committer.settled()
    const { claims } = this.#partitions
    const { assigned, isStale } = await this.#member.join(claims, this.#reason)
    this.#isJoining = false
    this.#isJoined = true
    this.#hasEverJoined = true
    this.#joinLog.worked({}, 'joined the group again')
    const leaving = this.#partitions.assign(assigned)
    if (mode === 'eager') this.#partitions.resume()
    reports.onRebalance((clock.elapsedMs() - startedAtMs) / 1000)
    log.info({ partitions: assigned.length, handedOver: leaving.length }, 'partitions assigned')
    if (isStale) this.#rejoin('the assignment is out of date')
    if (leaving.length === 0) return
    await this.#partitions.handOver(leaving, this.#drainLimitMs, () => this.#commitUntilDone())
    this.#rejoin('partitions were handed over')
  }

  async #stopAll(): Promise<void> {
    if (!this.#isJoined) return
    this.#partitions.suspend()
    await this.#options.intake.drain(this.#drainLimitMs)
    await this.#committer.commit()
  }

  /** Well within the session: others may be waiting for this member to join again. */
  get #drainLimitMs(): number {
    const { rebalanceDrainMs, sessionTimeoutMs } = this.#options
    return Math.min(rebalanceDrainMs, (sessionTimeoutMs * 2) / 3)
  }

  #rejoin(reason: string): void {
    this.#reason = reason
    this.#rejoinDue.set()
  }

  /** Whether to join again; false if the service cannot continue. */
  #judge(error: Error, failures: number): boolean {
    const fault = faultOf(error)
    switch (fault) {
      case 'rejoin':
        this.#reason = error.message
        return true
      case 'evicted':
        this.#onEvicted(error.message)
        return true
      case 'coordinator':
      case 'retry':
        break
      case 'fenced':
        this.#fail(error)
        return false
      case 'refused':
      case 'misfit':
        if (this.#hasEverJoined) break
        this.#fail(error)
        return false
    }
    const delayMs = backoffMs(BACKOFF, failures)
    this.#joinLog.failed({ error: messageOf(error), delayMs }, 'cannot join the group; retrying')
    return true
  }

  #onRejoin(error: Error): void {
    if (this.#isJoining) return
    // The group has gone on without this member.
    if (error instanceof BrokerError && error.type === 'ILLEGAL_GENERATION')
      this.#loseAll(error.message)
    this.#rejoin(error.message)
  }

  #onEvicted(why: string): void {
    this.#member.forgetIdentity()
    this.#loseAll(why)
    this.#rejoin(why)
  }

  #loseAll(why: string): void {
    this.#isJoined = false
    const { claims } = this.#partitions
    this.#options.log.warn({ partitions: claims.length, why }, 'lost the membership; joining again')
    this.#partitions.loseAll()
  }

  #fail(error: Error): void {
    const { topics, groupId, reports } = this.#options
    reports.onFailure(finalError(error, `read ${topics.join(', ')} as group ${groupId}`))
  }

  /** The log no longer has what comes next, or does not have it yet. */
  async #outOfRange(owned: OwnedPartition): Promise<void> {
    const [answer] = await readLogRanges(this.#cluster, [owned])
    if (answer === undefined || 'error' in answer || !this.#partitions.mayTake(owned)) return
    const { expected } = owned.ledger
    const reason = reasonOf(expected, answer.range, false)
    if (reason === undefined) return
    // The offsets in the ledger will be reused for other records.
    if (reason === 'beyond-end') return this.#partitions.reset(owned, false)
    const { groupId, history, outOfRange, log, reports } = this.#options
    try {
      const ports = { groupId, history, outOfRange, log, onOutOfRange: reports.onOutOfRange }
      const start = offsetReset(ports)(owned, expected, answer.range)
      this.#partitions.skipTo(owned, start.offset)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  #onMetadata(): void {
    if (this.#member.isPlanOutdated) this.#rejoin('partition counts have changed')
    for (const owned of [...this.#partitions.owned]) {
      const topicId = this.#cluster.topic(owned.topic)?.topicId
      if (topicId === undefined || owned.topicId === undefined) continue
      if (topicId !== owned.topicId) this.#partitions.reset(owned, true)
    }
  }

  async #refreshMetadata(): Promise<void> {
    const { clock, topics, log } = this.#options
    const missingLog = new FailureLog({ log, clock })
    while (this.#state === 'running') {
      const isMissing = topics.some((topic) => this.#cluster.missing.has(topic))
      await clock.sleep(
        isMissing ? MISSING_INTERVAL_MS : METADATA_INTERVAL_MS,
        this.#stopped.signal,
      )
      if (this.#state !== 'running') return
      await this.#cluster.refresh().catch(() => undefined)
      const missing = topics.filter((topic) => this.#cluster.missing.has(topic))
      if (missing.length > 0) missingLog.failed({ topics: missing }, 'topics are missing')
      else missingLog.worked({}, 'all topics are there again')
    }
  }

  async #commitOnce({ topics }: Parameters<Parameters<Committer['use']>[0]>[0]) {
    if (this.#isJoining) return 'skipped'
    const offsets = topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => {
        return { topic, partition, offset: Number(offset), leaderEpoch: -1 }
      }),
    )
    const refusals = await this.#member.commit(offsets)
    for (const { error } of refusals)
      if (faultOf(error) === 'evicted') this.#onEvicted(error.message)
    return new Map(refusals.map(({ topic, partition, error }) => [`${topic}/${partition}`, error]))
  }

  #onCommit(result: 'ok' | 'failed', error?: unknown): void {
    this.#options.reports.onCommit(result)
    const log = this.#commitLog
    if (result === 'ok') log.worked({}, 'commits work again')
    else log.failed({ error: messageOf(error) }, 'commit failed; the next commit retries')
  }

  async #commitEvery(): Promise<void> {
    const { clock, commitIntervalMs, history } = this.#options
    while (this.#state === 'running') {
      await clock.sleep(commitIntervalMs, this.#stopped.signal)
      if (this.#isJoining || this.#state !== 'running') continue
      await this.#committer.commit()
      history.add(this.owned)
    }
  }

  /** There is no later commit to make up for the last one of a partition. */
  async #commitUntilDone(): Promise<void> {
    const { clock } = this.#options
    const endMs = clock.elapsedMs() + FINAL_COMMIT_LIMIT_MS
    for (;;) {
      await this.#committer.commit()
      if (!this.#committer.isDue || clock.elapsedMs() >= endMs) return
      await clock.sleep(FINAL_COMMIT_RETRY_MS)
    }
  }

  async #finalCommit(): Promise<void> {
    const { clock, log } = this.#options
    const late = () => new Error('no response from the coordinator')
    const commit = this.#commitUntilDone()
    await withTimeout(commit, FINAL_COMMIT_LIMIT_MS, late, clock).catch(() => undefined)
    if (!this.#committer.isDue) return
    log.warn(
      {},
      'left the group without confirming the final commit; some events will be redelivered',
    )
  }
}
