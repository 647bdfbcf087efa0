import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { closeTimedOutConnections } from '../../../../src/kafka/patches/close-timed-out-connections.ts'
import { connectionTo, emptyRequest as request } from '../../../support/kafkajs-connection.ts'

const require = createRequire(import.meta.url)

it('plain kafkajs waits for ever for a request sent while its connection is closing', async () => {
  expect(await sentWhileClosing()).toContain('waits')
})

it('closes a connection on which a request timed out', async () => {
  closeTimedOutConnections()
  const { port, accepted } = await silentServer()
  const connection = connectionTo(port, 100)
  await connection.connect()
  const [socket] = (await accepted) as [Socket]
  const closed = once(socket.resume(), 'close')
  const waiting = connection.send({ request, response: {} })
  const behind = connection.send({ request, response: {} })
  await expect(Promise.any([waiting, behind])).rejects.toMatchObject({
    errors: [{ name: 'KafkaJSRequestTimeoutError' }, { retriable: true }],
  })
  await closed
  expect(connection.isConnected()).toBe(false)
})

it('also closes idle connections, which may be dead as well', async () => {
  closeTimedOutConnections()
  const { port } = await silentServer()
  const [asked, idle] = [connectionTo(port, 100), connectionTo(port, 100)]
  await Promise.all([asked.connect(), idle.connect()])
  await expect(asked.send({ request, response: {} })).rejects.toThrow('timed out')
  await vi.waitFor(() => expect(idle.isConnected()).toBe(false), { timeout: 60_000 })
})

it('rejects a request sent while its connection is closing', async () => {
  closeTimedOutConnections()
  expect(await sentWhileClosing()).not.toContain('waits')
})

it('supports the installed version of kafkajs', () => {
  expect(require('kafkajs/package.json').version).toBe('2.2.4')
})

async function silentServer() {
  const server = createServer()
  const accepted = once(server, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { port: (server.address() as { port: number }).port, accepted }
}

const REQUEST_TIMEOUT_MS = 50
const WAITS_MS = 1_000

/** One of these moments is between kafkajs's last check of its queue and the end of the socket. */
async function sentWhileClosing(): Promise<('given up' | 'waits')[]> {
  const { port } = await silentServer()
  return Promise.all(Array.from({ length: 20 }, (_, steps) => sentBefore(port, steps)))
}

async function sentBefore(port: number, steps: number): Promise<'given up' | 'waits'> {
  const connection = connectionTo(port, REQUEST_TIMEOUT_MS)
  await connection.connect()
  const sent = connection.send({ request, response: {} })
  for (let step = 0; step < steps; step++) await Promise.resolve()
  void connection.disconnect()
  const isGivenUp = sent.then(
    () => 'given up' as const,
    () => 'given up' as const,
  )
  return Promise.race([isGivenUp, sleep(WAITS_MS, 'waits' as const)])
}
