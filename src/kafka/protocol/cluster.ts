import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { BrokerConnection, type ConnectionOptions } from './broker-connection.ts'
import { errorTypeOf } from './broker-error.ts'
import { firstToRespond } from './first-to-respond.ts'
import type { RequestType } from './request.ts'
import { type MetadataAnswer, metadataRequest, type TopicAnswer } from './requests/metadata.ts'

/**
 * Requests of one purpose share a connection: a broker responds in order, so a join that waits for
 * other members, or a commit that is lost, must hold no heartbeat up.
 */
export type Purpose =
  | 'metadata'
  | 'join'
  | 'group'
  | 'commit'
  | 'offsets'
  | 'fetch'
  | 'produce'
  | 'transaction'

export interface ClusterOptions extends ConnectionOptions {
  /** `host:port` of some of the brokers. */
  bootstrap: readonly { host: string; port: number }[]
  clock: Pick<Clock, 'after' | 'elapsedMs'>
}

/** A topic as the brokers last described it. */
export interface Topic {
  topicId: string | undefined
  partitions: ReadonlyMap<number, Leader>
}

export interface Leader {
  /** -1 while there is none. */
  nodeId: number
  epoch: number
}

/** Short, so that a connection that is dead and does not know it delays no heartbeat for a session. */
const METADATA_LIMIT_MS = 3_000
/** A broker that hangs must not hold up what any other could answer. */
const HEDGE_MS = 1_000

/** The brokers and topics of a cluster as last described, and the connections to the brokers. */
export class Cluster {
  readonly #options: ClusterOptions
  readonly #connections = new Map<string, BrokerConnection>()
  #brokers = new Map<number, { host: string; port: number }>()
  #topics = new Map<string, Topic>()
  /** Why a topic is not among them, by its name. */
  #missing = new Map<string, string>()
  readonly #wanted = new Set<string>()
  #refreshing: Promise<void> | undefined
  readonly #listeners = new Set<() => void>()
  #turn = 0
  #isClosed = false

  constructor(options: ClusterOptions) {
    this.#options = options
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name)
  }

  /** Topics that were asked for and that the brokers do not describe, with the name of the error. */
  get missing(): ReadonlyMap<string, string> {
    return this.#missing
  }

  /** Whether that broker is known at that address. */
  hasBroker({ nodeId, host, port }: { nodeId: number; host: string; port: number }): boolean {
    const known = this.#brokers.get(nodeId)
    return known?.host === host && known.port === port
  }

  leaderOf(topic: string, partition: number): Leader | undefined {
    const leader = this.#topics.get(topic)?.partitions.get(partition)
    return leader !== undefined && this.#brokers.has(leader.nodeId) ? leader : undefined
  }

  /**
   * Asks for the topics as well from now on; refreshes unless all of them are known, or known to be
   * missing. Rejects as `refresh` does.
   */
  async want(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#wanted.add(topic)
    if (topics.every((topic) => this.#topics.has(topic) || this.#missing.has(topic))) return
    // One that began before would lack the new topics.
    await this.#refreshing?.catch(() => undefined)
    await this.refresh()
  }

  /** Asks any broker for the brokers and topics. Rejects with KAFKA_UNAVAILABLE or KAFKA_REFUSED. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Called after each refresh. */
  onRefresh(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** As `BrokerConnection.send`, to the broker with this id. */
  async send<Body, Answer>(
    nodeId: number,
    purpose: Purpose,
    request: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    const broker = this.#brokers.get(nodeId)
    if (broker === undefined) throw unavailable(`broker ${nodeId} is not part of the cluster`)
    return this.#sendTo(broker, purpose, request, body, limitMs)
  }

  /**
   * As `send`, to any broker that responds: to the next one as well when one fails or takes long.
   * Rejects with what the last one said.
   */
  async sendToAny<Body, Answer>(
    request: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    const sends = this.#inTurn().map((broker) => async () => {
      return this.#sendTo(broker, 'metadata', request, body, limitMs)
    })
    return firstToRespond(sends, HEDGE_MS, this.#options.clock)
  }

  close(): void {
    this.#isClosed = true
    for (const connection of this.#connections.values()) connection.close()
    this.#connections.clear()
  }

  /** The brokers that were described, then those to begin with: all may have moved. */
  #inTurn(): { host: string; port: number }[] {
    const known = [...this.#brokers.values()]
    const start = this.#turn++ % Math.max(1, known.length)
    const { bootstrap } = this.#options
    const first = this.#turn % bootstrap.length
    return [
      ...known.slice(start),
      ...known.slice(0, start),
      ...bootstrap.slice(first),
      ...bootstrap.slice(0, first),
    ]
  }

  /** Where one connection has failed, others to the same broker may be dead as well and not know it. */
  async #sendTo<Body, Answer>(
    broker: { host: string; port: number },
    purpose: Purpose,
    request: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    const connection = this.#connection(broker, purpose)
    try {
      return await connection.send(request, body, limitMs)
    } catch (error) {
      for (const other of this.#connections.values()) {
        if (other.address === connection.address) other.renewIfIdle()
      }
      throw error
    }
  }

  #connection({ host, port }: { host: string; port: number }, purpose: Purpose): BrokerConnection {
    if (this.#isClosed) throw unavailable('the client is closed')
    const key = `${purpose} ${host}:${port}`
    let connection = this.#connections.get(key)
    if (connection === undefined) {
      connection = new BrokerConnection(host, port, this.#options)
      this.#connections.set(key, connection)
    }
    return connection
  }

  async #refresh(): Promise<void> {
    const topics = [...this.#wanted]
    this.#take(await this.sendToAny(metadataRequest, { topics }, METADATA_LIMIT_MS))
  }

  #take({ brokers, topics }: MetadataAnswer): void {
    this.#brokers = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    const isThere = ({ errorCode, partitions }: TopicAnswer) =>
      errorCode === 0 || partitions.length > 0
    this.#topics = new Map(
      topics
        .filter(isThere)
        .map((each) => [each.topic, topicOf(each, this.#topics.get(each.topic))]),
    )
    this.#missing = new Map(
      topics
        .filter((each) => !isThere(each))
        .map(({ topic, errorCode }) => [topic, errorTypeOf(errorCode)]),
    )
    this.#closeUnused()
    for (const listener of this.#listeners) listener()
  }

  /** Connections to addresses at which there is no broker any more. */
  #closeUnused(): void {
    const { bootstrap } = this.#options
    const used = [...this.#brokers.values(), ...bootstrap].map(
      ({ host, port }) => `${host}:${port}`,
    )
    for (const [key, connection] of this.#connections) {
      if (used.includes(connection.address)) continue
      connection.close()
      this.#connections.delete(key)
    }
  }
}

/**
 * A leader that was elected later stays, since a broker may lag behind. Without ids nothing shows that
 * from a topic that was created again.
 */
function topicOf({ topicId, partitions }: TopicAnswer, known: Topic | undefined): Topic {
  const isSame = topicId !== undefined && known?.topicId === topicId
  return {
    topicId,
    partitions: new Map(
      partitions.map(({ partition, leader, leaderEpoch }) => {
        const before = isSame ? known.partitions.get(partition) : undefined
        const isStale = before !== undefined && before.epoch > leaderEpoch
        return [partition, isStale ? before : { nodeId: leader, epoch: leaderEpoch }]
      }),
    ),
  }
}

function unavailable(why: string): InventoryEventsError {
  return new InventoryEventsError('KAFKA_UNAVAILABLE', why, { retryable: true })
}
