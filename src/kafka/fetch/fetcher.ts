import type { Epoch } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { Latch } from '../../util/latch.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import type { Cluster } from '../protocol/cluster.ts'
import type { EpochEnd } from '../records/fetch-answer.ts'
import { Feed, PARTITION_BYTES_MAX, type Portion } from './feed.ts'
import { FeedTaker, type TakerPorts } from './feed-taker.ts'
import { Feeds, type LedFeed } from './feeds.ts'
import { FetchBudget } from './fetch-budget.ts'
import { FetchSession } from './fetch-session.ts'
import { type FetchWait, PartitionJudge } from './judge-partition.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import { OpenTransactions } from './open-transactions.ts'
import { refreshWhileSlow } from './refresh-while-slow.ts'
import type { Fetched, ToFetch } from './send-fetch.ts'

export interface FetcherPorts extends Omit<TakerPorts, 'isCurrent' | 'onRoom'> {
  cluster: Cluster
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  log: Logger
  /** Of responses that have not been taken yet; the last one may make it more. */
  maxFetchedBytes: number
  /** The partition's log does not have the next offset: its epoch must begin at another one. */
  onOutOfRange(epoch: Epoch): void
  /** The leader's log differs from what was read of it: its epoch must begin where they part. */
  onTruncated(epoch: Epoch, divergence: EpochEnd): void
  /** Why the next records are not given out yet, or none are fetched; undefined once they are. */
  onWait(epoch: Epoch, cause: FetchWait, why: string | undefined): void
  /** An attempt was made, successful or not. */
  onAttempt(): void
}

/** How long a broker may wait for records when every partition was asked for. */
const IDLE_WAIT_MS = 500
/** The same while a partition waits for room: it is left out of the request, and soon due again. */
const BUSY_WAIT_MS = 20
/** Without a byte of the response: the connection may be dead, and neither end knows. */
const REQUEST_LIMIT_MS = 8_000
const RESPONSE_BYTES_MAX = 4_194_304
const RETRY_MS = 250
const NO_LEADER = 'it has no leader'

/**
 * Fetches partitions from their leaders, one request at a time for each leader, and has what comes
 * taken. The next request goes out before a response is looked at. An error of one partition delays
 * that partition only.
 */
export class Fetcher {
  readonly #ports: FetcherPorts
  readonly #feeds: Feeds
  /** The loops that run, by the id of the leader that they ask. */
  readonly #loops = new Map<number, Latch>()
  /** By the broker's id. They outlast the loops: a broker may lead partitions again. */
  readonly #sessions = new Map<number, FetchSession>()
  /** Of requests to each broker, by its id. Those for metadata are logged by who watches the topics. */
  readonly #failures = new Map<number, FailureLog>()
  readonly #judge: PartitionJudge
  readonly #taker: FeedTaker
  readonly #budget: FetchBudget
  readonly #transactions: OpenTransactions
  readonly #closed = new AbortController()
  #isFindingLeaders = false

  constructor(ports: FetcherPorts) {
    const { cluster } = ports
    this.#ports = ports
    this.#feeds = new Feeds(cluster)
    this.#budget = new FetchBudget(ports.maxFetchedBytes, () => this.#wakeLoops())
    this.#taker = new FeedTaker({
      ...ports,
      isCurrent: (feed) => this.#feeds.get(feed.epoch) === feed,
      onRoom: (feed) => this.#wakeLoopOf(feed),
    })
    this.#judge = new PartitionJudge({
      ...ports,
      block: (feed, obstacle) => this.#taker.block(feed, obstacle),
      findLeader: () => void cluster.refresh().catch(() => undefined),
    })
    this.#transactions = new OpenTransactions(ports.clock, (epoch, why) =>
      ports.onWait(epoch, 'transaction', why),
    )
    // Others ask for metadata, too: a partition may have another leader by then.
    cluster.onRefresh(() => {
      this.#feeds.refreshed()
      this.#wake()
    })
  }

  /**
   * Fetches from where the epoch's ledger stands. `topicId`: of the topic that the epoch is of;
   * `leaderEpochs`: of what was read of it, to which what is fetched is added.
   */
  add(epoch: Epoch, topicId: string | undefined, leaderEpochs: LeaderEpochs): void {
    // A partition may be opened or reset while the service stops.
    if (this.#closed.signal.aborted) return
    this.#feeds.set(new Feed(epoch, topicId, leaderEpochs))
    this.#wake()
  }

  /** What was fetched of it is dropped; a record that is being taken at the moment is the last one. */
  remove(epoch: Epoch): void {
    const feed = this.#feeds.get(epoch)
    if (feed?.epoch !== epoch) return
    feed.rewind()
    this.#transactions.forget(feed)
    this.#judge.forget(feed)
    this.#feeds.delete(feed)
  }

  has(epoch: Epoch): boolean {
    return this.#feeds.get(epoch)?.epoch === epoch
  }

  close(): void {
    this.#closed.abort()
    for (const feed of this.#feeds.all()) this.remove(feed.epoch)
    this.#wake()
  }

  /** Starts a loop for each leader that has none, and wakes those that wait for partitions. */
  #wake(): void {
    if (this.#feeds.leaderless().length > 0) void this.#findLeaders()
    for (const leader of this.#feeds.leaders()) {
      if (!this.#loops.has(leader)) void this.#loop(leader)
    }
    this.#wakeLoops()
  }

  #wakeLoopOf(feed: Feed): void {
    const leader = this.#feeds.leaderOf(feed)
    if (leader !== undefined) this.#loops.get(leader.nodeId)?.set()
  }

  #wakeLoops(): void {
    for (const latch of this.#loops.values()) latch.set()
  }

  /** Asks for metadata until every partition has a leader again; one such search at a time. */
  async #findLeaders(): Promise<void> {
    if (this.#isFindingLeaders) return
    this.#isFindingLeaders = true
    const { cluster, clock } = this.#ports
    while (this.#feeds.leaderless().length > 0 && !this.#closed.signal.aborted) {
      this.#ports.onAttempt()
      await cluster.refresh().catch(() => undefined)
      this.#wake()
      const leaderless = this.#feeds.leaderless().filter((feed) => this.#feeds.hasTopic(feed))
      for (const feed of leaderless) this.#judge.leaderless(feed, NO_LEADER)
      if (this.#feeds.leaderless().length > 0) await clock.sleep(RETRY_MS, this.#closed.signal)
    }
    this.#isFindingLeaders = false
    this.#wake()
  }

  /** Fetches from one broker until it leads none of the partitions. */
  async #loop(nodeId: number): Promise<void> {
    const woken = new Latch()
    this.#loops.set(nodeId, woken)
    for (;;) {
      woken.clear()
      this.#ports.onAttempt()
      const led = this.#feeds.ledBy(nodeId)
      if (led.length === 0) break
      const nowMs = this.#ports.clock.elapsedMs()
      const due = led.filter(({ feed }) => feed.isDue(nowMs))
      const isBusy = led.some(({ feed }) => feed.isFull)
      if (due.length === 0 || this.#budget.leftBytes <= 0) await this.#pause(led, woken)
      else await this.#fetch(nodeId, due, isBusy ? BUSY_WAIT_MS : IDLE_WAIT_MS)
    }
    this.#loops.delete(nodeId)
  }

  /** Until a partition has room again, or one that failed is due. */
  async #pause(led: readonly LedFeed[], woken: Latch): Promise<void> {
    const nowMs = this.#ports.clock.elapsedMs()
    const waits = led.map(({ feed }) => feed.retryAtMs - nowMs).filter((waitMs) => waitMs > 0)
    const limitMs = Math.min(IDLE_WAIT_MS, ...waits)
    await woken.wait(limitMs, this.#ports.clock)
  }

  async #fetch(nodeId: number, due: readonly LedFeed[], maxWaitMs: number): Promise<void> {
    const { cluster, clock } = this.#ports
    const wanted = due.map(({ feed, leaderEpoch }) => feed.toFetch(leaderEpoch))
    const maxBytes = Math.min(
      RESPONSE_BYTES_MAX,
      Math.max(PARTITION_BYTES_MAX, this.#budget.leftBytes),
    )
    const limits = { maxWaitMs, minBytes: 1, maxBytes, limitMs: REQUEST_LIMIT_MS }
    const open = () => new FetchSession(cluster, nodeId)
    const request = getOrInsert(this.#sessions, nodeId, open).fetch(wanted, limits)
    try {
      const answer = await refreshWhileSlow(request, this.#ports, () => this.#wake())
      this.#failuresOf(nodeId).worked({ brokerId: nodeId }, 'fetching works again')
      this.#answered(answer, due, wanted)
    } catch (error) {
      if (this.#closed.signal.aborted) return
      const failed = { brokerId: nodeId, error: messageOf(error) }
      this.#failuresOf(nodeId).failed(failed, 'cannot fetch; retrying')
      for (const { feed } of due) {
        feed.retryAt(clock.elapsedMs() + RETRY_MS)
        this.#judge.unreached(feed, messageOf(error))
      }
      await cluster.refresh().catch(() => undefined)
      this.#wake()
    }
  }

  /** `wanted`: what was asked for of each of the feeds. */
  #answered(answer: readonly Fetched[], due: readonly LedFeed[], wanted: readonly ToFetch[]): void {
    this.#transactions.report()
    if (answer.length === 0) return
    const offsets = new Map(due.map(({ feed }, n) => [feed, wanted[n]!.offset]))
    const full = answer.filter(({ batches }) => batches.length > 0)
    const release = this.#budget.hold(full)
    for (const fetched of answer) {
      const feed = this.#feeds.get(fetched)
      const offset = feed && offsets.get(feed)
      const hasBatches = fetched.batches.length > 0
      if (feed === undefined || offset === undefined) {
        if (hasBatches) release()
        continue
      }
      this.#transactions.note(feed, fetched, offset)
      if (hasBatches) this.#add(feed, { fetched, release }, offset)
      else this.#judge.judge(feed, fetched, offset)
    }
  }

  #add(feed: Feed, portion: Portion, offset: number): void {
    this.#judge.worked(feed)
    this.#feeds.toTheEnd(feed)
    feed.add(portion, offset)
    this.#taker.take(feed)
  }

  #failuresOf(nodeId: number): FailureLog {
    return getOrInsert(this.#failures, nodeId, () => new FailureLog(this.#ports))
  }
}
