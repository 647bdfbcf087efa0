import { createRequire } from 'node:module'
import { type ISocketFactory, Kafka, logLevel } from 'kafkajs'

const require = createRequire(import.meta.url)

/** A connection as kafkajs creates it, with a request timeout; its sockets are kafkajs's unless they are given. */
export function connectionTo(
  port: number,
  requestTimeoutMs: number,
  socketFactory: ISocketFactory = require('kafkajs/src/network/socketFactory')(),
) {
  const Connection = require('kafkajs/src/network/connection')
  const kafka = new Kafka({ brokers: [`127.0.0.1:${port}`], logLevel: logLevel.NOTHING })
  return new Connection({
    host: '127.0.0.1',
    port,
    socketFactory,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 1_000,
    clientId: 'test',
    logger: kafka.logger(),
  })
}

/** A request without a body. */
export const emptyRequest = {
  apiKey: 18,
  apiVersion: 0,
  apiName: 'ApiVersions',
  async encode() {
    const Encoder = require('kafkajs/src/protocol/encoder')
    return new Encoder()
  },
}
