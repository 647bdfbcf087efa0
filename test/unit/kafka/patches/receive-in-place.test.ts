import { connect, createServer, type Socket } from 'node:net'
import type { ISocketFactory } from 'kafkajs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { inPlace, receiveInPlace } from '../../../../src/kafka/patches/receive-in-place.ts'
import { connectionTo, emptyRequest } from '../../../support/kafkajs-connection.ts'

/** Position of a request's correlation id: after its length, key and version. */
const CORRELATION_ID_AT = 8
const BYTES = 3_000_000

const sockets: ISocketFactory = ({ host, port, onConnect }) => {
  const socket: Socket = connect({ host, port, onread: inPlace(() => socket) }, onConnect)
  return socket
}

const asReceived = async (bytes: Buffer) => bytes

const asked = {
  request: emptyRequest,
  response: { decode: asReceived, parse: asReceived },
}

const login = {
  request: { encode: async () => Buffer.alloc(12) },
  response: { decode: asReceived, parse: asReceived },
}

/** A server that has one response for each request, and its port. */
async function serverOf(respond: (socket: Socket, correlationId: number) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (request) => respond(socket, request.readInt32BE(CORRELATION_ID_AT)))
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

function responseOf(correlationId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + payload.length)
  head.writeInt32BE(correlationId, 4)
  return Buffer.concat([head, payload])
}

async function open(port: number) {
  const connection = connectionTo(port, 60_000, sockets)
  onTestFinished(() => connection.disconnect())
  await connection.connect()
  return connection
}

const large = (fill: string) => Buffer.alloc(BYTES, fill)

it('a connection that is not patched gets what it may keep', async () => {
  const port = await serverOf((socket, id) => socket.write(responseOf(id, large('kafka'))))
  const connection = await open(port)
  expect((await connection.send(asked)).equals(large('kafka'))).toBe(true)
})

describe('a patched connection', () => {
  it('has the responses that were sent, each in memory of its own', async () => {
    receiveInPlace()
    const port = await serverOf((socket, id) =>
      socket.write(responseOf(id, large(`response ${id}`))),
    )
    const connection = await open(port)
    const all: Buffer[] = []
    for (let n = 0; n < 3; n++) all.push(await connection.send(asked))
    for (const [n, each] of all.entries()) expect(each.equals(large(`response ${n}`))).toBe(true)
  })

  it.each([-16_777_216, 0, 3])(
    'ends where a length is %d, and its requests fail',
    async (length) => {
      receiveInPlace()
      const response = Buffer.alloc(7)
      response.writeInt32BE(length)
      const connection = await open(await serverOf((socket) => socket.write(response)))
      const error = `Connection error: a response of ${length} bytes`
      await expect(connection.send(asked)).rejects.toThrow(error)
    },
  )

  it('hands a login without content its length', async () => {
    receiveInPlace()
    const response = Buffer.alloc(4)
    const connection = await open(await serverOf((socket) => socket.write(response)))
    expect(await connection.sendAuthRequest(login)).toEqual(response)
  })

  it('hands a login what was received, with its length', async () => {
    receiveInPlace()
    const response = Buffer.from('\u0000\u0000\u0000\u0009challenge')
    const port = await serverOf((socket) => socket.write(response))
    const connection = await open(port)
    expect(await connection.sendAuthRequest(login)).toEqual(response)
  })
})
