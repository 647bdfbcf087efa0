import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { BrokerConnection } from '../../../../src/kafka/protocol/broker-connection.ts'
import type { RequestType } from '../../../../src/kafka/protocol/request.ts'
import { leaveGroupRequest } from '../../../../src/kafka/protocol/requests/leave-group.ts'
import { Writer } from '../../../../src/kafka/wire/writer.ts'
import { systemClock } from '../../../../src/util/clock.ts'
import {
  connectionOptions,
  type FakeBrokerOptions,
  startFakeBroker,
} from '../../../support/fake-broker.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

/** A request without a body, whose response is a number. */
const echo: RequestType<undefined, number> = {
  name: 'Echo',
  apiKey: 3,
  versions: { oldest: 2, newest: 5 },
  write() {},
  read: (reader) => reader.int32(),
}
const int32 = (value: number) => new Writer().int32(value).written
const LONG_MS = 60_000

async function situation({
  sockets = [],
  ...options
}: FakeBrokerOptions & { sockets?: Socket[] } = {}) {
  const clock = new ManualClock()
  const broker = await startFakeBroker(options)
  const connection = new BrokerConnection(
    broker.host,
    broker.port,
    connectionOptions(clock, (socket) => void sockets.push(socket)),
  )
  onTestFinished(() => connection.close())
  const send = (limitMs = LONG_MS) => connection.send(echo, undefined, limitMs)
  const received = (count: number) =>
    vi.waitFor(() => expect(broker.requests).toHaveLength(count), { timeout: 30_000 })
  return { clock, broker, connection, send, received }
}

it('is opened by the first request, and sends one request at a time', async () => {
  const { broker, send, received } = await situation()
  expect(broker.connections).toHaveLength(0)
  const both = [send(), send()]
  await received(1)
  broker.requests[0]!.respond(int32(1))
  await received(2)
  broker.requests[1]!.respond(int32(2))
  expect(await Promise.all(both)).toEqual([1, 2])
  expect(broker.connections).toHaveLength(1)
})

it('sends the newest version that both sides have', async () => {
  for (const [has, sent] of [
    [[0, 9], 5],
    [[0, 4], 4],
    [[2, 2], 2],
    [[5, 9], 5],
  ] as const) {
    const { broker, send } = await situation({
      versions: { 3: [...has] },
      onRequest: ({ version, respond }) => respond(int32(version)),
    })
    expect(await send()).toBe(sent)
    expect(broker.requests[0]!.version).toBe(sent)
  }
})

it.each([
  ['too old', [0, 1], 'versions 0 to 1'],
  ['too new', [6, 9], 'versions 6 to 9'],
  ['without the request', undefined, 'not at all'],
] as const)('says what a broker lacks that is %s', async (_, has, what) => {
  const { broker, send } = await situation({ versions: has ? { 3: [...has] } : {} })
  await expect(send()).rejects.toMatchObject({
    code: 'KAFKA_REFUSED',
    message: `broker 127.0.0.1:${broker.port} has the request Echo ${what}: expected one of 2 to 5, which brokers since Kafka 2.3 have`,
  })
  expect(broker.requests).toHaveLength(0)
})

describe('a request that gets no response in time', () => {
  it('closes the connection, and the next one opens another', async () => {
    const { clock, broker, send, received } = await situation()
    const late = send(5_000)
    await received(1)
    const closed = once(broker.connections[0]!, 'close')
    await clock.advance(4_999)
    expect(broker.openConnections()).toBe(1)
    await clock.advance(1)
    await expect(late).rejects.toMatchObject({
      code: 'KAFKA_UNAVAILABLE',
      retryable: true,
      message: `broker 127.0.0.1:${broker.port}: no response in time`,
    })
    await closed
    const next = send()
    await received(2)
    broker.requests[1]!.respond(int32(2))
    expect(await next).toBe(2)
    expect(broker.requests[1]!.connection).toBe(2)
  })

  it('counts from when it is sent, not from when others are waited for', async () => {
    const { clock, broker, send, received } = await situation()
    const [first, second] = [send(8_000), send(5_000)]
    await received(1)
    await clock.advance(7_000)
    broker.requests[0]!.respond(int32(1))
    await received(2)
    await clock.advance(4_000)
    broker.requests[1]!.respond(int32(2))
    expect(await Promise.all([first, second])).toEqual([1, 2])
  })

  it('may take longer while its response arrives', async () => {
    const sockets: Socket[] = []
    const { clock, broker, send, received } = await situation({ sockets })
    const arrived = (bytes: number) =>
      vi.waitFor(() => expect(sockets[0]!.bytesRead).toBe(bytes), { timeout: 30_000 })
    const slow = send(5_000)
    await received(1)
    const { socket, respond } = broker.requests[0]!
    const write = vi.spyOn(socket, 'write').mockReturnValueOnce(true)
    respond(int32(7))
    const response = write.mock.calls[0]![0] as Buffer
    const before = sockets[0]!.bytesRead
    for (let at = 0; at < response.length; at += 4) {
      await clock.advance(4_000)
      socket.write(response.subarray(at, at + 4))
      await arrived(before + at + 4)
    }
    expect(await slow).toBe(7)
  })

  it('never settles another one by its late response', async () => {
    const { clock, broker, send, received } = await situation()
    const late = send(5_000)
    await received(1)
    await clock.advance(5_000)
    await expect(late).rejects.toThrow('no response in time')
    const next = send()
    broker.requests[0]!.respond(int32(666))
    await received(2)
    broker.requests[0]!.respond(int32(667))
    broker.requests[1]!.respond(int32(2))
    expect(await next).toBe(2)
  })
})

describe('a connection that the broker closes', () => {
  const answering: FakeBrokerOptions = { onRequest: ({ respond }) => respond(int32(7)) }

  it('is reopened without an error if it was idle', async () => {
    const { broker, send } = await situation(answering)
    for (let opened = 1; opened <= 3; opened++) {
      expect(await send()).toBe(7)
      expect(broker.connections).toHaveLength(opened)
      const socket = broker.connections[opened - 1]!
      socket.end()
      await once(socket, 'close')
    }
  })

  it('rejects the request that waits, and the next one opens another', async () => {
    let isBroken = true
    const { send, broker } = await situation({
      onRequest({ socket, respond }) {
        if (isBroken) socket.end()
        else respond(int32(7))
      },
    })
    await expect(send()).rejects.toThrow('Closed connection')
    isBroken = false
    expect(await send()).toBe(7)
    expect(broker.connections).toHaveLength(2)
  })

  it('in the middle of a response does not disturb the next one', async () => {
    let isBroken = true
    const { send } = await situation({
      onRequest({ socket, respond }) {
        if (!isBroken) return respond(int32(7))
        socket.write(Buffer.from([0, 0, 0, 8, 0, 0]))
        socket.end()
      },
    })
    await expect(send()).rejects.toThrow('Closed connection')
    isBroken = false
    expect(await send()).toBe(7)
  })
})

it('opens another connection after a response that ends early', async () => {
  let bytes = Buffer.alloc(2)
  const { send, broker } = await situation({ onRequest: ({ respond }) => respond(bytes) })
  await expect(send()).rejects.toThrow(RangeError)
  bytes = Buffer.from(int32(7))
  expect(await send()).toBe(7)
  expect(broker.connections).toHaveLength(2)
})

it('discards a connection that opens too late', async () => {
  let isResponding = false
  const { clock, broker, send, received } = await situation({ isResponding: () => isResponding })
  const late = send()
  const failure = expect(late).rejects.toThrow('no response in time')
  await vi.waitFor(() => expect(broker.connections).toHaveLength(1), { timeout: 30_000 })
  const closed = once(broker.connections[0]!, 'close')
  await clock.advance(5_000)
  await failure
  // A broker that accepts connections and does nothing else must not collect them.
  await closed
  isResponding = true
  const next = send()
  await received(1)
  broker.requests[0]!.respond(int32(2))
  expect(await next).toBe(2)
  expect(broker.openConnections()).toBe(1)
})

it('rejects what waits when it is closed, and all that comes then', async () => {
  const { clock, broker, connection, send, received } = await situation()
  const waiting = [send(), send()].map((each) => expect(each).rejects.toThrow('is closed'))
  await received(1)
  const gone = once(broker.connections[0]!, 'close')
  connection.close()
  await Promise.all([...waiting, gone])
  await expect(send()).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', retryable: true })
  expect(broker.connections).toHaveLength(1)
  // A timer would keep the process alive.
  await clock.advance(0)
  expect(clock.pending).toBe(0)
})

it('is closed while it is being opened', async () => {
  const { broker, connection, send } = await situation({ isResponding: () => false })
  const waiting = expect(send()).rejects.toThrow('is closed')
  await vi.waitFor(() => expect(broker.connections).toHaveLength(1), { timeout: 30_000 })
  const gone = once(broker.connections[0]!, 'close')
  connection.close()
  await Promise.all([waiting, gone])
})

it('says that nobody listens', async () => {
  const broker = await startFakeBroker()
  await broker.close()
  const options = connectionOptions(systemClock)
  const connection = new BrokerConnection(broker.host, broker.port, options)
  onTestFinished(() => connection.close())
  await expect(connection.send(echo, undefined, LONG_MS)).rejects.toThrow('ECONNREFUSED')
})

it('leaves a group of a broker from before Kafka 2.4', async () => {
  for (const [newest, length] of [
    [2, 5 + 8],
    [3, 5 + 4 + 8 + 2],
  ] as const) {
    const writer = new Writer()
    leaveGroupRequest.write(writer, { groupId: 'abc', memberId: 'member' }, newest)
    expect(writer.written).toHaveLength(length)
  }
})

it('needs one version of kafkajs, and says so for another', async () => {
  const require = createRequire(import.meta.url)
  const path = require.resolve('kafkajs/package.json')
  const loaded = require(path) as { version: string }
  const { version } = loaded
  loaded.version = '2.3.0'
  onTestFinished(() => {
    loaded.version = version
  })
  vi.resetModules()
  const fresh = await import('../../../../src/kafka/protocol/broker-connection.ts')
  const connection = new fresh.BrokerConnection('127.0.0.1', 1, connectionOptions(systemClock))
  await expect(connection.send(echo, undefined, LONG_MS)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: `kafkajs ${version} is needed, got 2.3.0: its connections are used by their inside, so install the version that package-lock.json names`,
  })
})
