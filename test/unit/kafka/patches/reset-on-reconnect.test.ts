import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { resetBuffersOnReconnect } from '../../../../src/kafka/patches/reset-on-reconnect.ts'
import { connectionTo, emptyRequest } from '../../../support/kafkajs-connection.ts'

const require = createRequire(import.meta.url)

const LENGTH_BYTES = 4
/** Position of a request's correlation id: after its length, key and version. */
const CORRELATION_ID_AT = LENGTH_BYTES + 2 + 2

it('plain kafkajs misreads responses after a connection was lost in the middle of one', async () => {
  const connection = connectionTo(await serverThatBreaksOff(), 500)
  await connection.connect()
  await expect(connection.send(asked)).rejects.toMatchObject({ retriable: true })
  await vi.waitFor(() => expect(connection.isConnected()).toBe(false), { timeout: 60_000 })
  await connection.connect()
  await expect(connection.send(asked)).rejects.toThrow('timed out')
  await connection.disconnect()
})

it('reads responses after a connection was lost in the middle of one', async () => {
  resetBuffersOnReconnect()
  const connection = connectionTo(await serverThatBreaksOff(), 60_000)
  await connection.connect()
  await expect(connection.send(asked)).rejects.toMatchObject({ retriable: true })
  await vi.waitFor(() => expect(connection.isConnected()).toBe(false), { timeout: 60_000 })
  await connection.connect()
  expect(await connection.send(asked)).toBe('whole')
  expect(await connection.send(asked)).toBe('whole')
  await connection.disconnect()
})

it('supports the installed version of kafkajs', () => {
  expect(require('kafkajs/package.json').version).toBe('2.2.4')
})

/** Drops its first connection in the middle of the first response; all others are complete. */
async function serverThatBreaksOff(): Promise<number> {
  let connections = 0
  const server = createServer((socket) => {
    const isFirst = connections++ === 0
    socket.on('error', () => undefined)
    socket.on('data', (request) => {
      const answer = answerTo(request)
      if (isFirst) breakOff(socket, answer)
      else socket.write(answer)
    })
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

function answerTo(request: Buffer): Buffer {
  const text = Buffer.from('whole')
  const answer = Buffer.alloc(2 * LENGTH_BYTES + text.length)
  answer.writeInt32BE(LENGTH_BYTES + text.length)
  answer.writeInt32BE(request.readInt32BE(CORRELATION_ID_AT), LENGTH_BYTES)
  text.copy(answer, 2 * LENGTH_BYTES)
  return answer
}

function breakOff(socket: Socket, answer: Buffer): void {
  socket.end(answer.subarray(0, answer.length - 2))
}

const asked = {
  request: emptyRequest,
  response: {
    decode: async (payload: { readAll(): Buffer } | Buffer) => payload,
    parse: async (payload: Buffer) => Buffer.from(payload).toString(),
  },
}
