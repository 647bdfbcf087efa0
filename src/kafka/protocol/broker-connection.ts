import type { Clock } from '../../util/clock.ts'
import { deferred } from '../../util/deferred.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { withTimeout } from '../../util/with-timeout.ts'
import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import {
  type BrokerOptions,
  createBroker,
  type KafkajsBroker,
  type KafkajsConnection,
} from './kafkajs-internals.ts'
import { isCompact, type RequestType } from './request.ts'

export interface ConnectionOptions extends BrokerOptions {
  clock: Pick<Clock, 'after'>
}

/** Connecting, asking for versions, and a login of several steps. */
const OPEN_LIMIT_MS = 15_000

interface Open {
  broker: KafkajsBroker
  connection: KafkajsConnection
}

/**
 * A connection to one broker. It is opened by the first request and sends one request at a time:
 * a broker responds in order anyway, and kafkajs would take the response to another request for that
 * to a login that is renewed. After an error or a request that got no response in time it is closed,
 * so that the next request opens another.
 */
export class BrokerConnection {
  readonly host: string
  readonly port: number
  readonly #options: ConnectionOptions
  #open: Promise<Open> | undefined
  #opened: Open | undefined
  /** Counts what was opened, so that a connection which opens too late is not used. */
  #attempt = 0
  #last: Promise<unknown> = Promise.resolve()
  /** Rejects when the connection is closed, so that nothing waits for a response then. */
  readonly #closed = deferred<never>()
  #isClosed = false

  constructor(host: string, port: number, options: ConnectionOptions) {
    this.host = host
    this.port = port
    this.#options = options
    this.#closed.promise.catch(() => undefined)
  }

  /**
   * Resolves with the response. Rejects with KAFKA_UNAVAILABLE after `limitMs` from when the request
   * is sent, with KAFKA_REFUSED for a request that the broker is too old for, or with kafkajs's error.
   */
  send<Body, Answer>(
    type: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    const sent = this.#last.then(() => this.#send(type, body, limitMs))
    this.#last = sent.catch(() => undefined)
    return sent
  }

  /** Rejects the requests that wait for a response. */
  close(): void {
    this.#isClosed = true
    this.#closed.reject(this.#unavailable('the connection is closed'))
    this.#drop()
  }

  async #send<Body, Answer>(
    type: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    if (this.#isClosed) throw this.#unavailable('the connection is closed')
    try {
      const { broker, connection } = await this.#within(OPEN_LIMIT_MS, this.#connected())
      const version = versionOf(type, broker, this.address)
      return await this.#within(limitMs, exchange(connection, type, body, version))
    } catch (error) {
      this.#drop()
      throw error
    }
  }

  get address(): string {
    return `${this.host}:${this.port}`
  }

  #within<T>(limitMs: number, work: Promise<T>): Promise<T> {
    const late = () => this.#unavailable('no response in time')
    const settled = Promise.race([work, this.#closed.promise])
    return withTimeout(settled, limitMs, late, this.#options.clock)
  }

  #unavailable(why: string): InventoryEventsError {
    const message = `broker ${this.address}: ${why}`
    return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
  }

  #connected(): Promise<Open> {
    // Brokers close connections that are idle for long.
    if (this.#opened?.connection.isConnected() === false) this.#drop()
    this.#open ??= this.#connect()
    return this.#open
  }

  async #connect(): Promise<Open> {
    const attempt = this.#attempt
    const broker = createBroker(this.host, this.port, this.#options)
    await broker.connect()
    const connection = await broker.connectionPool.getConnection()
    if (attempt !== this.#attempt) {
      connection.socket?.destroy()
      throw this.#unavailable('the connection is closed')
    }
    this.#opened = { broker, connection }
    return this.#opened
  }

  #drop(): void {
    this.#attempt += 1
    this.#open?.catch(() => undefined)
    this.#opened?.connection.socket?.destroy()
    this.#opened = undefined
    this.#open = undefined
  }
}

/** Sends one request. A socket that is destroyed meanwhile never settles it. */
async function exchange<Body, Answer>(
  connection: KafkajsConnection,
  type: RequestType<Body, Answer>,
  body: Body,
  version: number,
): Promise<Answer> {
  const compact = isCompact(type, version)
  const writer = new Writer({ isCompact: compact })
  // The end of the request's header, of which kafkajs knows only the older form.
  writer.tags()
  type.write(writer, body, version)
  const { written } = writer
  const bytes = await connection.send({
    request: {
      apiKey: type.apiKey,
      apiVersion: version,
      apiName: type.name,
      encode: async () => ({ buf: written, buffer: written }),
    },
    response: {
      decode: async (response) => ({ response }),
      parse: async (decoded) => (decoded as { response: Buffer }).response,
    },
    logResponseError: false,
  })
  const reader = new Reader(bytes as Buffer, { isCompact: compact })
  reader.tags()
  return type.read(reader, version)
}

/** The newest version that both sides know. */
function versionOf(
  { name, apiKey, versions }: RequestType<never, unknown>,
  broker: KafkajsBroker,
  address: string,
): number {
  const known = broker.versions?.[apiKey]
  const version = Math.min(versions.newest, known?.maxVersion ?? -1)
  if (known !== undefined && version >= Math.max(versions.oldest, known.minVersion)) return version
  const has =
    known === undefined ? 'not at all' : `versions ${known.minVersion} to ${known.maxVersion}`
  const message = `broker ${address} has the request ${name} ${has}: expected one of ${versions.oldest} to ${versions.newest}, which brokers since Kafka 2.3 have`
  throw new InventoryEventsError('KAFKA_REFUSED', message)
}
