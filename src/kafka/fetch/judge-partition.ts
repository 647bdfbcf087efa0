import { partitionName } from '../../event/record.ts'
import type { Epoch, Obstacle } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { FailureLog, type FailureLogOptions } from '../../util/log/failure-log.ts'
import { BrokerError, errorTypeOf } from '../protocol/broker-error.ts'
import type { EpochEnd } from '../records/fetch-answer.ts'
import type { Feed } from './feed.ts'
import { fetchErrorOf } from './fetch-errors.ts'
import type { Fetched } from './send-fetch.ts'

/** What the records of a partition that is fetched may wait for. */
export type FetchWait = 'transaction' | 'fetching'

export interface JudgePorts extends FailureLogOptions {
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  /** Asks for metadata. */
  findLeader(): void
  /** Fetches nothing of the partition until the obstacle is cleared. */
  block(feed: Feed, obstacle: Obstacle): void
  /** The partition's log does not have the next offset: its epoch must begin at another one. */
  onOutOfRange(epoch: Epoch): void
  /** The leader's log differs from what was read of it: its epoch must begin where they part. */
  onTruncated(epoch: Epoch, divergence: EpochEnd): void
  /** Why nothing comes of the partition; undefined once something does. */
  onWait(epoch: Epoch, cause: FetchWait, why: string | undefined): void
  onFailure(error: Error): void
}

const LEADER_RETRY_MS = 250
const RETRY_MS = 5_000
/** A partition may be without a leader for so long; nothing is logged meanwhile. */
const ELECTION_MS = 15_000

/** What follows when nothing came of a partition: an error delays that partition only. */
export class PartitionJudge {
  readonly #ports: JudgePorts
  /** Topics of which something was fetched. */
  readonly #readable = new Set<string>()
  /** Since when a partition has had no leader that responds. */
  readonly #leaderlessSince = new WeakMap<Feed, number>()
  /** The partitions that can't be fetched. */
  readonly #failing = new Set<Feed>()
  readonly #failures: FailureLog

  constructor(ports: JudgePorts) {
    this.#ports = ports
    this.#failures = new FailureLog(ports)
  }

  worked(feed: Feed): void {
    this.#readable.add(feed.epoch.topic)
    this.#leaderlessSince.delete(feed)
    if (this.#failing.size === 0 || !this.#failing.delete(feed)) return
    this.#ports.onWait(feed.epoch, 'fetching', undefined)
    if (this.#failing.size === 0) this.#failures.worked({}, 'all partitions are fetched again')
  }

  /** It is no longer fetched. */
  forget(feed: Feed): void {
    this.#failing.delete(feed)
  }

  /** It has no leader. Nothing is said of it for as long as an election takes. */
  leaderless(feed: Feed, why: string): void {
    if (this.#isLeaderless(feed)) this.#failed(feed, why)
  }

  /** Its leader does not respond, which is logged once for all that it leads. */
  unreached(feed: Feed, why: string): void {
    if (this.#isLeaderless(feed)) this.#waits(feed, why)
  }

  /** `offset` is what was asked for. */
  judge(feed: Feed, { errorCode, problem, divergence }: Fetched, offset: number): void {
    const error = fetchErrorOf(errorCode)
    switch (error) {
      case 'none':
        this.worked(feed)
        if (divergence !== undefined) this.#truncated(feed, divergence, offset)
        if (problem !== undefined) this.#block(feed, problem)
        return
      case 'out-of-range':
        this.#retryAfter(feed, LEADER_RETRY_MS)
        if (isNext(feed, offset)) this.#ports.onOutOfRange(feed.epoch)
        return
      case 'refused':
        // A right that is revoked may be given back. One that was never there is a mistake.
        if (!this.#readable.has(feed.epoch.topic)) this.#refuse(feed, errorCode)
        this.#retryAfter(feed, RETRY_MS)
        this.#failed(feed, errorTypeOf(errorCode))
        return
      case 'failed':
        this.#retryAfter(feed, RETRY_MS)
        this.#failed(feed, errorTypeOf(errorCode))
        return
      case 'leader':
        this.#retryAfter(feed, LEADER_RETRY_MS)
        this.leaderless(feed, errorTypeOf(errorCode))
        this.#ports.findLeader()
    }
  }

  #truncated(feed: Feed, divergence: EpochEnd, offset: number): void {
    this.#retryAfter(feed, LEADER_RETRY_MS)
    if (isNext(feed, offset)) this.#ports.onTruncated(feed.epoch, divergence)
  }

  /** Whether it has been so for longer than an election takes. */
  #isLeaderless(feed: Feed): boolean {
    const nowMs = this.#ports.clock.elapsedMs()
    const sinceMs = this.#leaderlessSince.get(feed) ?? nowMs
    this.#leaderlessSince.set(feed, sinceMs)
    return nowMs - sinceMs >= ELECTION_MS
  }

  #failed(feed: Feed, error: string): void {
    this.#waits(feed, error)
    const { topic, partition } = feed.epoch
    const fields = { topic, partition, error, partitions: this.#failing.size }
    this.#failures.failed(fields, 'cannot fetch a partition; retrying')
  }

  #waits(feed: Feed, why: string): void {
    this.#failing.add(feed)
    this.#ports.onWait(feed.epoch, 'fetching', `it cannot be fetched: ${why}`)
  }

  #retryAfter(feed: Feed, waitMs: number): void {
    feed.retryAt(this.#ports.clock.elapsedMs() + waitMs)
  }

  #refuse({ epoch: { topic } }: Feed, errorCode: number): void {
    this.#ports.onFailure(new BrokerError(errorCode, `read topic ${topic}`))
  }

  /** A bit may have flipped on its way only, so it is fetched again. */
  #block(feed: Feed, problem: Error): void {
    const why = `corrupt batch at ${partitionName(feed.epoch)}@${feed.position}: ${problem.message}`
    const cleared = this.#ports.clock.sleep(RETRY_MS, feed.epoch.lost)
    this.#ports.block(feed, { why, cleared })
  }
}

/** Whether nothing that was fetched before is still to be read. */
function isNext(feed: Feed, offset: number): boolean {
  return offset === feed.position && feed.isIdle
}
