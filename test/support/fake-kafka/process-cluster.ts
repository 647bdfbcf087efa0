import { errorTypeOf } from '../../../src/kafka/protocol/broker-error.ts'
import type { Cluster, Leader, Purpose, Topic } from '../../../src/kafka/protocol/cluster.ts'
import type { RequestType } from '../../../src/kafka/protocol/request.ts'
import {
  type MetadataAnswer,
  metadataRequest,
} from '../../../src/kafka/protocol/requests/metadata.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { withTimeout } from '../../../src/util/with-timeout.ts'
import type { ManualClock } from '../manual-clock.ts'
import type { ProcessClock } from '../process-clock.ts'
import type { FakeKafka } from './fake-kafka.ts'

/** What a test decides about one request. Without it, request and response take no time. */
export interface Transit {
  /** Until the broker gets the request, and then until the client gets the response. */
  requestMs?: number
  responseMs?: number
  /** What never arrives. The client waits for its limit. */
  lost?: 'request' | 'response'
  /** The connection ends instead of the response. */
  isCut?: boolean
  /** The broker answers this instead. */
  answer?: unknown
}

export interface ProcessClusterOptions {
  kafka: FakeKafka
  /** Of the process. */
  clock: ProcessClock
  /** The client's name, which `FakeKafka.onCommit` is told. */
  name: string
  transitOf?(request: RequestType<never, unknown>, nodeId: number, purpose: Purpose): Transit
  /** The process has received a response. */
  onAnswer?(apiKey: number, body: unknown, answer: unknown, sentAtMs: number): void
}

const METADATA_LIMIT_MS = 10_000

/** What `Cluster` offers, of a FakeKafka. Requests of one purpose to one broker take turns. */
export class ProcessCluster {
  readonly #options: ProcessClusterOptions
  readonly #time: ManualClock
  #brokers = new Set<number>()
  #topics = new Map<string, Topic>()
  #missing = new Map<string, string>()
  readonly #wanted = new Set<string>()
  readonly #listeners = new Set<() => void>()
  readonly #connections = new Map<string, Promise<unknown>>()
  #refreshing: Promise<void> | undefined
  #turn = 0
  #isClosed = false

  constructor(options: ProcessClusterOptions) {
    this.#options = options
    this.#time = options.kafka.clock
  }

  /** Only what is used of it is here. */
  get asCluster(): Cluster {
    return this as unknown as Cluster
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  get missing(): ReadonlyMap<string, string> {
    return this.#missing
  }

  hasBroker({ nodeId }: { nodeId: number }): boolean {
    return this.#brokers.has(nodeId)
  }

  leaderOf(topic: string, partition: number): Leader | undefined {
    const leader = this.#topics.get(topic)?.partitions.get(partition)
    return leader !== undefined && this.#brokers.has(leader.nodeId) ? leader : undefined
  }

  async want(topics: Iterable<string>): Promise<void> {
    const before = this.#wanted.size
    for (const topic of topics) this.#wanted.add(topic)
    if (this.#wanted.size === before) return
    await this.#refreshing?.catch(() => undefined)
    await this.refresh()
  }

  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  onRefresh(listener: () => void): void {
    this.#listeners.add(listener)
  }

  async send<Body, Answer>(
    nodeId: number,
    purpose: Purpose,
    request: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    if (!this.#brokers.has(nodeId)) throw unavailable(`broker ${nodeId} is not part of the cluster`)
    return this.#send(nodeId, purpose, request, body, limitMs)
  }

  async sendToAny<Body, Answer>(
    request: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    const all = [...this.#options.kafka.brokers]
    let problem: unknown
    for (const _ of all) {
      const nodeId = all[this.#turn++ % all.length]!
      try {
        return await this.#send(nodeId, 'metadata', request, body, limitMs)
      } catch (error) {
        problem = error
      }
    }
    throw problem
  }

  close(): void {
    this.#isClosed = true
  }

  #send<Body, Answer>(
    nodeId: number,
    purpose: Purpose,
    request: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    const key = `${nodeId} ${purpose}`
    const sent = (this.#connections.get(key) ?? Promise.resolve()).then(() => {
      if (this.#isClosed) throw unavailable('the client is closed')
      const sentAtMs = this.#options.clock.elapsedMs()
      const socket = { isOpen: true }
      const response = this.#exchange(nodeId, purpose, request, body, socket)
      return withTimeout(response, limitMs, late, this.#options.clock)
        .then((answer) => {
          this.#options.onAnswer?.(request.apiKey, body, answer, sentAtMs)
          return answer
        })
        .finally(() => {
          socket.isOpen = false
        })
    })
    this.#connections.set(
      key,
      sent.catch(() => undefined),
    )
    return sent
  }

  async #exchange<Body, Answer>(
    nodeId: number,
    purpose: Purpose,
    request: RequestType<Body, Answer>,
    body: Body,
    socket: { isOpen: boolean },
  ): Promise<Answer> {
    const { kafka, clock, name, transitOf } = this.#options
    const transit = transitOf?.(request as never, nodeId, purpose) ?? {}
    await this.#pass(transit.requestMs)
    // What was not read yet when the client closed the socket is gone.
    if (transit.lost === 'request' || !socket.isOpen) return never()
    await kafka.whenResponsive(nodeId)
    const answer =
      transit.answer === undefined
        ? await kafka.handle(name, nodeId, request, body)
        : (transit.answer as Answer)
    if (transit.lost === 'response') return never()
    await this.#pass(transit.responseMs)
    await new Promise<void>((resolve) => clock.run(resolve))
    if (this.#isClosed) return never()
    if (transit.isCut) throw unavailable('the connection is closed')
    return answer
  }

  /** On the way, time passes whatever the process does. */
  async #pass(ms = 0): Promise<void> {
    if (ms > 0) await this.#time.sleep(ms)
  }

  async #refresh(): Promise<void> {
    const topics = [...this.#wanted]
    this.#take(await this.sendToAny(metadataRequest, { topics }, METADATA_LIMIT_MS))
  }

  #take({ brokers, topics }: MetadataAnswer): void {
    this.#brokers = new Set(brokers.map(({ nodeId }) => nodeId))
    const isThere = ({ errorCode }: { errorCode: number }) => errorCode === 0
    this.#topics = new Map(
      topics.filter(isThere).map(({ topic, topicId, partitions }) => {
        const leaders = partitions.map(({ partition, leader, leaderEpoch }) => {
          return [partition, { nodeId: leader, epoch: leaderEpoch }] as const
        })
        return [topic, { topicId, partitions: new Map(leaders) }]
      }),
    )
    const missing = topics.filter((each) => !isThere(each))
    this.#missing = new Map(missing.map((each) => [each.topic, errorTypeOf(each.errorCode)]))
    for (const listener of this.#listeners) listener()
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

const late = () => unavailable('no response in time')

function unavailable(why: string): InventoryEventsError {
  return new InventoryEventsError('KAFKA_UNAVAILABLE', why, { retryable: true })
}
