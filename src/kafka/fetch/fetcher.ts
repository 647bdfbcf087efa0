import type { Epoch } from '../../pipeline/source.ts'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { Latch } from '../../util/latch.ts'
import { FailureLog } from '../../util/log/failure-log.ts'
import type { Logger } from '../../util/logger.ts'
import { BrokerError, errorTypeOf } from '../protocol/broker-error.ts'
import type { Cluster } from '../protocol/cluster.ts'
import type { FetchedPartition } from '../records/fetch-answer.ts'
import { Feed } from './feed.ts'
import { FeedTaker, type TakerPorts } from './feed-taker.ts'
import { fetchErrorOf } from './fetch-errors.ts'
import { refreshWhileSlow } from './refresh-while-slow.ts'
import { sendFetch } from './send-fetch.ts'

export interface FetcherPorts extends Omit<TakerPorts, 'isCurrent' | 'onRoom'> {
  cluster: Cluster
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  log: Logger
  /** The partition's log does not have the next offset: its epoch must begin at another one. */
  onOutOfRange(epoch: Epoch): void
  /** An attempt was made, successful or not. */
  onAttempt(): void
}

/** How long a broker may wait for records when every partition was asked for. */
const IDLE_WAIT_MS = 500
/** The same while a partition waits for room: it is left out of the request, and soon due again. */
const BUSY_WAIT_MS = 20
const REQUEST_LIMIT_MS = 30_000
/** A batch of Kafka's default size at most must fit. */
const PARTITION_BYTES_MAX = 1_048_576
const RESPONSE_BYTES_MAX = 4_194_304
const NOBODY = -1
const RETRY_MS = 250
const REFUSED_RETRY_MS = 5_000

/**
 * Fetches partitions from their leaders, one request at a time for each leader, and has what comes
 * taken. The next request goes out before a response is looked at. An error of one partition delays
 * that partition only.
 */
export class Fetcher {
  readonly #ports: FetcherPorts
  readonly #feeds = new Map<string, Feed>()
  /** The loops that run, by the id of the leader that they ask. */
  readonly #loops = new Map<number, Latch>()
  readonly #failures: FailureLog
  /** Topics of which something was fetched. */
  readonly #readable = new Set<string>()
  readonly #taker: FeedTaker
  readonly #closed = new AbortController()
  #isFindingLeaders = false

  constructor(ports: FetcherPorts) {
    this.#ports = ports
    this.#failures = new FailureLog(ports)
    this.#taker = new FeedTaker({
      ...ports,
      isCurrent: (feed) => this.#feeds.get(nameOf(feed.epoch)) === feed,
      onRoom: (feed) => this.#loops.get(this.#leaderOf(feed) ?? NOBODY)?.set(),
    })
  }

  /** Fetches from where the epoch's ledger stands. `topicId`: of the topic that the epoch is of. */
  add(epoch: Epoch, topicId: string | undefined): void {
    this.#feeds.set(nameOf(epoch), new Feed(epoch, topicId))
    this.#wake()
  }

  /** What was fetched of it is dropped; a record that is being taken at the moment is the last one. */
  remove(epoch: Epoch): void {
    const name = nameOf(epoch)
    if (this.#feeds.get(name)?.epoch === epoch) this.#feeds.delete(name)
  }

  has(epoch: Epoch): boolean {
    return this.#feeds.get(nameOf(epoch))?.epoch === epoch
  }

  close(): void {
    this.#closed.abort()
    this.#feeds.clear()
    this.#wake()
  }

  /** Starts a loop for each leader that has none, and wakes those that wait for partitions. */
  #wake(): void {
    for (const feed of this.#feeds.values()) {
      const leader = this.#leaderOf(feed)
      if (leader === undefined) void this.#findLeaders()
      else if (!this.#loops.has(leader)) void this.#loop(leader)
    }
    for (const latch of this.#loops.values()) latch.set()
  }

  /** Undefined also for a topic that was created again: its offsets belong to other records. */
  #leaderOf({ epoch: { topic, partition }, topicId }: Feed): number | undefined {
    const { cluster } = this.#ports
    if (cluster.topic(topic)?.topicId !== topicId) return undefined
    return cluster.leaderOf(topic, partition)?.nodeId
  }

  /** Asks for metadata until every partition has a leader again; one such search at a time. */
  async #findLeaders(): Promise<void> {
    if (this.#isFindingLeaders) return
    this.#isFindingLeaders = true
    const { cluster, clock } = this.#ports
    const isLeaderless = () =>
      [...this.#feeds.values()].some((feed) => this.#leaderOf(feed) === undefined)
    while (isLeaderless() && !this.#closed.signal.aborted) {
      this.#ports.onAttempt()
      await cluster.refresh().catch((error) => this.#failed(error))
      this.#wake()
      if (isLeaderless()) await clock.sleep(RETRY_MS, this.#closed.signal)
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
      const led = [...this.#feeds.values()].filter((feed) => this.#leaderOf(feed) === nodeId)
      if (led.length === 0) break
      const due = led.filter((feed) => feed.isDue(this.#ports.clock.elapsedMs()))
      const isBusy = led.some(({ isFull }) => isFull)
      if (due.length === 0) await this.#pause(led, woken)
      else await this.#fetch(nodeId, due, isBusy ? BUSY_WAIT_MS : IDLE_WAIT_MS)
    }
    this.#loops.delete(nodeId)
  }

  /** Until a partition has room again, or one that failed is due. */
  async #pause(led: readonly Feed[], woken: Latch): Promise<void> {
    const nowMs = this.#ports.clock.elapsedMs()
    const waits = led.map(({ retryAtMs }) => retryAtMs - nowMs).filter((waitMs) => waitMs > 0)
    const limitMs = Math.min(IDLE_WAIT_MS, ...waits)
    await woken.wait(limitMs, this.#ports.clock)
  }

  async #fetch(nodeId: number, due: readonly Feed[], maxWaitMs: number): Promise<void> {
    const { cluster, clock } = this.#ports
    const asked = due.map((feed) => this.#partitionOf(feed))
    const offsets = new Map(due.map((feed) => [feed, feed.position]))
    const limits = { maxWaitMs, minBytes: 1, maxBytes: RESPONSE_BYTES_MAX }
    const request = sendFetch(cluster, nodeId, asked, { ...limits, limitMs: REQUEST_LIMIT_MS })
    try {
      const answer = await refreshWhileSlow(request, this.#ports, () => this.#wake())
      this.#failures.worked({}, 'fetching works again')
      for (const fetched of answer) {
        const feed = this.#feeds.get(nameOf(fetched))
        const offset = feed && offsets.get(feed)
        if (feed !== undefined && offset !== undefined) this.#answered(feed, offset, fetched)
      }
    } catch (error) {
      this.#failed(error)
      for (const feed of due) feed.retryAt(clock.elapsedMs() + RETRY_MS)
      await cluster.refresh().catch((problem) => this.#failed(problem))
      this.#wake()
    }
  }

  #partitionOf({ epoch: { topic, partition }, position }: Feed) {
    const leaderEpoch = this.#ports.cluster.leaderOf(topic, partition)?.epoch ?? -1
    return { topic, partition, leaderEpoch, offset: position, maxBytes: PARTITION_BYTES_MAX }
  }

  #answered(feed: Feed, offset: number, fetched: FetchedPartition): void {
    const { epoch } = feed
    if (!this.has(epoch)) return
    const error = fetchErrorOf(fetched.errorCode)
    switch (error) {
      case 'none':
        this.#readable.add(epoch.topic)
        if (fetched.batches.length === 0) return
        this.#toTheEnd(feed)
        feed.add(fetched, offset)
        // Only after the next request has gone out.
        setImmediate(() => void this.#taker.take(feed))
        return
      case 'out-of-range':
        feed.retryAt(this.#ports.clock.elapsedMs() + RETRY_MS)
        if (offset === feed.position) this.#ports.onOutOfRange(epoch)
        return
      case 'refused':
        // A right that is revoked may be given back. One that was never there is a mistake.
        if (!this.#readable.has(epoch.topic)) this.#refuse(feed, fetched.errorCode)
        this.#delay(feed, REFUSED_RETRY_MS, fetched.errorCode)
        return
      case 'failed':
        this.#delay(feed, REFUSED_RETRY_MS, fetched.errorCode)
        return
      case 'leader':
        this.#delay(feed, RETRY_MS, fetched.errorCode)
        void this.#ports.cluster.refresh().then(
          () => this.#wake(),
          () => undefined,
        )
        return
    }
  }

  /** Brokers fill a response in the order of the request: who was served is served last next time. */
  #toTheEnd(feed: Feed): void {
    const name = nameOf(feed.epoch)
    this.#feeds.delete(name)
    this.#feeds.set(name, feed)
  }

  #delay(feed: Feed, waitMs: number, errorCode: number): void {
    const { topic, partition } = feed.epoch
    const fields = { topic, partition, error: errorTypeOf(errorCode) }
    this.#failures.failed(fields, 'cannot fetch a partition; retrying')
    feed.retryAt(this.#ports.clock.elapsedMs() + waitMs)
  }

  #refuse({ epoch: { topic } }: Feed, errorCode: number): void {
    this.#ports.onFailure(new BrokerError(errorCode, `read topic ${topic}`))
  }

  #failed(error: unknown): void {
    this.#failures.failed({ error: messageOf(error) }, 'cannot fetch; retrying')
  }
}

function nameOf({ topic, partition }: Pick<Epoch, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`
}
