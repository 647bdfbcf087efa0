import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Kafka, logLevel } from 'kafkajs'
import { onTestFinished } from 'vitest'
import type { ConnectionOptions } from '../../src/kafka/protocol/broker-connection.ts'
import { Reader } from '../../src/kafka/wire/reader.ts'
import { Writer } from '../../src/kafka/wire/writer.ts'

export interface FakeRequest {
  apiKey: number
  version: number
  /** Which of the connections it came on, from 1 on. */
  connection: number
  /** Responds; nothing arrives where the connection is closed by then. */
  respond(body: Buffer): void
  socket: Socket
}

export interface FakeBroker {
  host: string
  port: number
  /** Without the requests for versions. */
  requests: FakeRequest[]
  connections: Socket[]
  openConnections(): number
  close(): Promise<void>
}

export interface FakeBrokerOptions {
  /** Called for each request but those for versions. Default: no response. */
  onRequest?(request: FakeRequest): void
  /** By the number of the API. Undefined: all that Kafka 2.3 has. */
  versions?: Record<number, [oldest: number, newest: number]>
  /** Whether a request for versions is responded to. */
  isResponding?(): boolean
  host?: string
}

const API_VERSIONS = 18
const ALL = Object.fromEntries(Array.from({ length: 40 }, (_, key) => [key, [0, 20]]))

/** A server that speaks as much of Kafka's protocol as a client needs to send its requests. */
export async function startFakeBroker(options: FakeBrokerOptions = {}): Promise<FakeBroker> {
  const { onRequest = () => {}, versions = ALL, isResponding = () => true } = options
  const requests: FakeRequest[] = []
  const connections: Socket[] = []
  const server = createServer((socket) => {
    const connection = connections.push(socket)
    socket.on('error', () => {})
    let received = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
        const end = 4 + received.readInt32BE(0)
        take(received.subarray(4, end))
        received = received.subarray(end)
      }
    })
    function take(frame: Buffer): void {
      const header = new Reader(frame)
      const [apiKey, version, correlationId] = [header.int16(), header.int16(), header.int32()]
      const respond = (body: Buffer) => {
        const frame = new Writer().int32(correlationId).written
        socket.write(Buffer.concat([int32(frame.length + body.length), frame, body]))
      }
      if (apiKey !== API_VERSIONS) {
        const request = { apiKey, version, connection, respond, socket }
        requests.push(request)
        onRequest(request)
      } else if (isResponding()) respond(versionsAnswer(version))
    }
  })
  function versionsAnswer(version: number): Buffer {
    const writer = new Writer().int16(0)
    writer.array(Object.entries(versions), ([key, [oldest, newest]]) => {
      writer.int16(Number(key)).int16(oldest!).int16(newest!)
    })
    if (version > 0) writer.int32(0)
    return writer.written
  }
  const host = options.host ?? '127.0.0.1'
  server.listen(0, host)
  await once(server, 'listening')
  async function close(): Promise<void> {
    for (const socket of connections) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  onTestFinished(close)
  const { port } = server.address() as AddressInfo
  const openConnections = () => connections.filter((socket) => !socket.destroyed).length
  return { host, port, requests, connections, openConnections, close }
}

function int32(value: number): Buffer {
  return new Writer().int32(value).written
}

/** Options of connections to fake brokers. */
export function connectionOptions(
  clock: ConnectionOptions['clock'],
  onSocket: (socket: Socket) => void = () => {},
): ConnectionOptions {
  return {
    clientId: 'test',
    connectionTimeout: 1_000,
    authenticationTimeout: 1_000,
    logger: new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING }).logger(),
    socketFactory({ host, port, onConnect }) {
      const socket = connect({ host, port }, onConnect)
      onSocket(socket)
      return socket
    },
    clock,
  }
}
