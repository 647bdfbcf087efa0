import type { Socket } from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import type { Clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
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

/** Without a byte, while it connects, asks for versions and logs in. A token may have to be fetched for that. */
const OPEN_LIMIT_MS = 5_000
const LATE = 'no response in time'

interface Open {
  broker: KafkajsBroker
  connection: KafkajsConnection
}

/** A connection from the moment that it is being opened. */
interface Attempt {
  open: Promise<Open>
  opened: Open | undefined
  bytesRead(): number
  close(): void
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
  #attempt: Attempt | undefined
  /** Rejects the request that waits for its response. */
  #abandon: (error: Error) => void = () => {}
  #last: Promise<unknown> = Promise.resolve()
  #unanswered = 0
  #isClosed = false

  constructor(host: string, port: number, options: ConnectionOptions) {
    this.host = host
    this.port = port
    this.#options = options
  }

  /**
   * Resolves with the response. Rejects with KAFKA_UNAVAILABLE when nothing has come for `limitMs`: a
   * large response may take longer on a slow network. Rejects with KAFKA_REFUSED for a request that the broker is too old for, or with kafkajs's error.
   */
  send<Body, Answer>(
    type: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    this.#unanswered += 1
    const sent = this.#last.then(() => this.#send(type, body, limitMs))
    this.#last = sent
      .catch(() => undefined)
      .finally(() => {
        this.#unanswered -= 1
      })
    return sent
  }

  /** If it waits for no response, the next request opens another one. */
  renewIfIdle(): void {
    if (this.#unanswered === 0) this.#drop()
  }

  /** Requests that wait for a response are rejected with KAFKA_UNAVAILABLE. */
  close(): void {
    this.#isClosed = true
    this.#drop()
    this.#abandon(this.#unavailable('the connection is closed'))
  }

  async #send<Body, Answer>(
    type: RequestType<Body, Answer>,
    body: Body,
    limitMs: number,
  ): Promise<Answer> {
    if (this.#isClosed) throw this.#unavailable('the connection is closed')
    try {
      const opened = this.#unlessClosed(this.#connected())
      const { broker, connection } = await this.#unlessSilent(opened, OPEN_LIMIT_MS)
      const version = versionOf(type, broker, this.address)
      const response = this.#unlessClosed(exchange(connection, type, body, version))
      return await this.#unlessSilent(response, limitMs)
    } catch (error) {
      this.#drop()
      throw error
    }
  }

  /**
   * Settles as the promise does, or rejects when the connection is closed. A race with one promise for
   * all requests would keep each of them in memory.
   */
  #unlessClosed<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#abandon = reject
      promise.then(resolve, reject)
      if (this.#isClosed) reject(this.#unavailable('the connection is closed'))
    })
  }

  /** Settles as the promise does, or rejects when no byte has come between two looks. */
  #unlessSilent<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let cancel = () => {}
      const look = (bytesBefore: number) => {
        cancel = this.#clock.after(limitMs, () => {
          const bytes = this.#bytesRead
          if (bytes > bytesBefore) look(bytes)
          else reject(this.#unavailable(LATE))
        })
      }
      look(this.#bytesRead)
      promise.then(resolve, reject).finally(() => cancel())
    })
  }

  get #clock(): ConnectionOptions['clock'] {
    return this.#options.clock
  }

  get #bytesRead(): number {
    return this.#attempt?.bytesRead() ?? 0
  }

  get address(): string {
    return `${this.host}:${this.port}`
  }

  #unavailable(why: string): InventoryEventsError {
    const message = `broker ${this.address}: ${why}`
    return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { retryable: true })
  }

  #connected(): Promise<Open> {
    // Brokers close connections that are idle for long.
    if (this.#attempt?.opened?.connection.isConnected() === false) this.#drop()
    this.#attempt ??= this.#connect()
    return this.#attempt.open
  }

  #connect(): Attempt {
    const sockets: Socket[] = []
    const socketFactory: ISocketFactory = (at) => {
      const socket = this.#options.socketFactory(at)
      sockets.push(socket)
      return socket
    }
    const broker = createBroker(this.host, this.port, { ...this.#options, socketFactory })
    const attempt: Attempt = {
      open: openedBy(broker),
      opened: undefined,
      bytesRead: () => sockets.reduce((sum, { bytesRead }) => sum + bytesRead, 0),
      close() {
        for (const socket of sockets) socket.destroy()
        // Only so that nothing holds it any more: it waits for responses that never come.
        void broker.disconnect()
      },
    }
    attempt.open.then(
      (open) => {
        attempt.opened = open
      },
      () => undefined,
    )
    return attempt
  }

  /** Also what is being opened: a broker that accepts connections may never respond. */
  #drop(): void {
    this.#attempt?.close()
    this.#attempt = undefined
  }
}

async function openedBy(broker: KafkajsBroker): Promise<Open> {
  await broker.connect()
  return { broker, connection: await broker.connectionPool.getConnection() }
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
