import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, type Socket } from 'node:net'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it, onTestFinished, vi } from 'vitest'
import { dropSilentConnections } from '../../../src/kafka/drop-silent.ts'

const require = createRequire(import.meta.url)

it('closes a connection on which a request was not answered in time', async () => {
  dropSilentConnections()
  const { port, accepted } = await silentServer()
  const connection = connectionTo(port)
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
  const [asked, idle] = [connectionTo(port), connectionTo(port)]
  await Promise.all([asked.connect(), idle.connect()])
  await expect(asked.send({ request, response: {} })).rejects.toThrow('timed out')
  await vi.waitFor(() => expect(idle.isConnected()).toBe(false))
})

it('knows the kafkajs that is installed', () => {
  expect(require('kafkajs/package.json').version).toBe('2.2.4')
})

async function encodeNothing() {
  const Encoder = require('kafkajs/src/protocol/encoder')
  return new Encoder()
}

const request = { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: encodeNothing }

/** As kafkajs makes its own. */
function connectionTo(port: number) {
  const Connection = require('kafkajs/src/network/connection')
  const socketFactory = require('kafkajs/src/network/socketFactory')()
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING })
  return new Connection({
    host: '127.0.0.1',
    port,
    socketFactory,
    requestTimeout: 100,
    connectionTimeout: 1_000,
    clientId: 'test',
    logger: kafka.logger(),
  })
}

async function silentServer() {
  const server = createServer()
  const accepted = once(server, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { port: (server.address() as { port: number }).port, accepted }
}
