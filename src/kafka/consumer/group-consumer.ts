import { partitionName } from '../../event/record.ts'
import { settledWithin } from '../../util/with-timeout.ts'
import { finalError } from '../client/errors.ts'
import { Fetcher } from '../fetch/fetcher.ts'
import { createTakeBatches } from '../fetch/take-batches.ts'
import { GroupMember } from '../member/group-member.ts'
import { faultOf } from '../member/member-fault.ts'
import type { Refusal } from '../member/member-options.ts'
import { CommitLoop } from './commit-loop.ts'
import { commitStaged } from './commit-staged.ts'
import type { CommitOffsets } from './committer.ts'
import { Liveness } from './liveness.ts'
import { Membership } from './membership.ts'
import { type OutOfRangePorts, offsetReset, startOf } from './offset-reset.ts'
import type { GroupConsumerOptions } from './options.ts'
import type { OwnedPartition } from './owned-partition.ts'
import { readPartitionOffsets } from './partition-offsets.ts'
import { Partitions } from './partitions.ts'
import { resetIfOutOfRange } from './reset-if-out-of-range.ts'
import { watchTopics } from './topic-watch.ts'

const REBALANCE_TIMEOUT_MS = 60_000
/** After the drain: a join that is under way, the last commit and leaving, all together. */
const FAREWELL_LIMIT_MS = 5_000
const LAST_JOIN_LIMIT_MS = 3_000
/** For handlers whose signals have aborted. */
const LOST_DRAIN_LIMIT_MS = 1_000

/**
 * The member of the consumer group. It feeds the records of its partitions to the intake and commits
 * watermarks. In a rebalance only the partitions that move are stopped.
 */
export class GroupConsumer {
  readonly signs: Liveness
  readonly #options: GroupConsumerOptions
  readonly #member: GroupMember
  readonly #membership: Membership
  readonly #fetcher: Fetcher
  readonly #partitions: Partitions
  readonly #commits: CommitLoop
  readonly #outOfRange: OutOfRangePorts
  /** Aborts when the member stops reading. */
  readonly #stopped = new AbortController()
  /** Aborts when it has left, after its last commit. */
  readonly #left = new AbortController()
  #loops: Promise<unknown> = Promise.resolve()
  #isRunning = false

  constructor(options: GroupConsumerOptions) {
    this.#options = options
    this.#outOfRange = { ...options, onOutOfRange: options.reports.onOutOfRange }
    this.signs = new Liveness(options.clock)
    this.#member = this.#createMember()
    this.#fetcher = this.#createFetcher()
    this.#partitions = this.#createPartitions()
    this.#commits = this.#createCommits()
    options.intake.staging?.onLarge(() => this.#commits.wake())
    this.#membership = this.#createMembership()
  }

  /** The partitions that this member owns, with their offset ledgers. */
  get owned(): Iterable<OwnedPartition> {
    return this.#partitions.owned
  }

  /** Whether the member has joined its group, even if it was assigned no partitions. */
  get isJoined(): boolean {
    return this.#isRunning && this.#membership.isJoined
  }

  /** The topics that brokers do not describe. */
  get missingTopics(): string[] {
    const { cluster, topics } = this.#options
    return topics.filter((topic) => cluster.missing.has(topic))
  }

  /** Resolves when the brokers have responded; the member joins the group after that. */
  async start(): Promise<void> {
    const { cluster, topics, clock } = this.#options
    await cluster.want(topics)
    cluster.onRefresh(() => this.#onMetadata())
    this.#isRunning = true
    this.signs.confirmed(clock.elapsedMs())
    const { signal } = this.#stopped
    this.#loops = Promise.all([
      this.#membership.stayJoined(signal),
      this.#commits.run(signal),
      watchTopics(this.#options, signal),
    ])
    void this.#membership.sendHeartbeats(this.#left.signal)
  }

  /** Begins again with a partition where the group stands. */
  redo(place: { topic: string; partition: number }): void {
    this.#partitions.redo(place)
  }

  /** Stops reading, drains the intake within the limit, gives aborted handlers the grace, commits, leaves. */
  async stop(drainLimitMs: number, graceMs = 0): Promise<'drained' | 'limit'> {
    if (!this.#isRunning) return 'drained'
    this.#isRunning = false
    this.#fetcher.close()
    this.#stopped.abort()
    const result = this.#canCommit
      ? await this.#leave(drainLimitMs, graceMs)
      : await this.#abandon(Math.min(drainLimitMs, LOST_DRAIN_LIMIT_MS))
    this.#left.abort()
    this.#options.cluster.close()
    return result
  }

  async #leave(drainLimitMs: number, graceMs: number): Promise<'drained' | 'limit'> {
    const { clock, intake } = this.#options
    const result = await intake.drain(drainLimitMs)
    const endMs = clock.elapsedMs() + FAREWELL_LIMIT_MS
    await settledWithin(this.#loops, LAST_JOIN_LIMIT_MS, clock)
    await this.#commits.commitFinally(endMs)
    // Before the group can give them to others.
    this.#partitions.lose(this.#partitions.claims)
    const leftMs = Math.max(0, endMs - clock.elapsedMs())
    if (result === 'limit' && graceMs > 0) await intake.drain(graceMs)
    await settledWithin(this.#member.leave(), leftMs, clock)
    return result
  }

  /** Where nothing can be committed any more, nothing is worth waiting for. */
  #abandon(drainLimitMs: number): Promise<'drained' | 'limit'> {
    this.#partitions.lose(this.#partitions.claims)
    return this.#options.intake.drain(drainLimitMs)
  }

  get #canCommit(): boolean {
    return this.#membership.isJoined && this.signs.sinceConfirmedMs < this.#options.sessionTimeoutMs
  }

  #createMember(): GroupMember {
    return new GroupMember({
      ...this.#options,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      requiresStable: this.#options.commitTogether !== undefined,
      nowMs: () => this.#options.clock.elapsedMs(),
      onConfirmed: (sentAtMs) => this.signs.confirmed(sentAtMs),
    })
  }

  #createFetcher(): Fetcher {
    return new Fetcher({
      ...this.#options,
      takeBatches: createTakeBatches({
        ...this.#options,
        mayTake: (epoch) => this.#canCommit && this.#partitions.mayTake(epoch),
      }),
      onOutOfRange: (epoch) =>
        void resetIfOutOfRange(epoch as OwnedPartition, {
          cluster: this.#options.cluster,
          partitions: this.#partitions,
          findStart: offsetReset(this.#outOfRange),
          onFailure: (error) => this.#fail(error),
        }),
      onTruncated: (epoch, divergence) =>
        this.#partitions.truncate(epoch as OwnedPartition, divergence),
      onObstacle: (epoch, obstacle) => this.#partitions.obstacle(epoch as OwnedPartition, obstacle),
      onWait: (epoch, cause, why) => this.#partitions.waits(epoch as OwnedPartition, cause, why),
      onFailure: (error) => this.#fail(error),
      onAttempt: () => this.signs.tried(),
    })
  }

  #createPartitions(): Partitions {
    const { cluster, history } = this.#options
    return new Partitions({
      ...this.#options,
      fetcher: this.#fetcher,
      readOffsets: (places) => readPartitionOffsets(this.#member, cluster, places),
      topicIdOf: (topic) => cluster.topic(topic)?.topicId,
      hasCommitted: (place) => history.has(place),
      commit: () => this.#commits.commitLast(),
      commitsEnded: () => this.#commits.settled(),
      startOf: startOf(this.#outOfRange),
      onFailure: (error) => this.#fail(error),
    })
  }

  #createCommits(): CommitLoop {
    const { intake, history, reports } = this.#options
    return new CommitLoop({
      ...this.#options,
      owned: this.#partitions.owned,
      flush: () => intake.flush(),
      hasStaged: (owned) => intake.staging?.has(owned) === true,
      commit: (offsets) => this.#commit(offsets),
      isJoining: () => this.#membership.isJoining,
      ...{ onCommit: reports.onCommit, onInterval: () => history.add(this.owned) },
    })
  }

  #createMembership(): Membership {
    const { intake, rebalanceDrainMs, sessionTimeoutMs, reports } = this.#options
    // Well within the session: others may be waiting for this member to join again.
    const drainLimitMs = Math.min(rebalanceDrainMs, (sessionTimeoutMs * 2) / 3)
    return new Membership({
      ...this.#options,
      ...{ member: this.#member, signs: this.signs },
      claims: () => this.#partitions.claims,
      stopAll: async () => {
        this.#partitions.suspend()
        await intake.drain(drainLimitMs)
        await this.#commits.commit()
      },
      commitsEnded: () => this.#commits.settled(),
      onAssigned: (assigned) => this.#partitions.assign(assigned),
      handOver: (leaving) => this.#partitions.handOver(leaving, drainLimitMs),
      lose: (places) => this.#partitions.lose(places),
      onRebalance: reports.onRebalance,
      onFailure: (error) => this.#fail(error),
    })
  }

  async #commit(offsets: Parameters<CommitOffsets>[0]) {
    const refusals = await this.#send(offsets)
    const evicted = refusals.find(({ error }) => faultOf(error) === 'evicted')
    if (evicted !== undefined) this.#membership.evicted(evicted.error.message)
    const fenced = refusals.find(({ error }) => faultOf(error) === 'fenced')
    if (fenced !== undefined) this.#membership.fenced(fenced.error)
    return new Map(refusals.map((each) => [partitionName(each), each.error]))
  }

  async #send(offsets: Parameters<CommitOffsets>[0]): Promise<Refusal[]> {
    const { commitTogether, intake } = this.#options
    const staged = commitTogether && intake.staging?.take()
    if (!commitTogether || staged === undefined) return this.#member.commit(offsets)
    return commitStaged(staged, offsets, {
      commit: (partitions, some) => commitTogether({ partitions }, this.#member.identity, some),
      offsetOf: (of) => this.#partitions.owned.get(of.topic, of.partition)?.groupOffset,
      onUnknown: (error) => this.#membership.expired(error.message),
    })
  }

  /** Partitions may have been added, and topics deleted and created again. */
  #onMetadata(): void {
    if (!this.#isRunning) return
    if (this.#member.isPlanOutdated) this.#membership.rejoin('partition counts have changed')
    this.#partitions.resetRecreated()
  }

  #fail(error: Error): void {
    const { topics, groupId, reports } = this.#options
    reports.onFailure(finalError(error, `read ${topics.join(', ')} as group ${groupId}`))
  }
}
