import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { dropSilentConnections } from '../../../src/kafka/drop-silent.ts'
import { connectionTo, emptyRequest as request } from '../../support/kafkajs-connection.ts'

const require = createRequire(import.meta.url)

it('closes a connection on which a request was not answered in time', async () => {
  dropSilentConnections()
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

it('closes idle connections with it: they may be as silent', async () => {
  dropSilentConnections()
  const { port } = await silentServer()
  const [asked, idle] = [connectionTo(port, 100), connectionTo(port, 100)]
  await Promise.all([asked.connect(), idle.connect()])
  await expect(asked.send({ request, response: {} })).rejects.toThrow('timed out')
  await vi.waitFor(() => expect(idle.isConnected()).toBe(false))
})

it('knows the kafkajs that is installed', () => {
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
