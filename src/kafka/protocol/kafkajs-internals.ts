import { createRequire } from 'node:module'
import type { ISocketFactory, KafkaConfig, Logger } from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'

const require = createRequire(import.meta.url)

/** The version whose source this file was written for. */
const KNOWN_VERSION = '2.2.4'

/** What is used of kafkajs's connection, which sends one request and reads its response. */
export interface KafkajsConnection {
  isConnected(): boolean
  send(request: {
    request: {
      apiKey: number
      apiVersion: number
      apiName: string
      encode(): Promise<{ buf: Buffer; buffer: Buffer }>
    }
    response: { decode(bytes: Buffer): Promise<object>; parse(decoded: object): Promise<unknown> }
    logResponseError: boolean
  }): Promise<unknown>
}

/** What is used of kafkajs's broker, which connects, authenticates and asks for versions. */
export interface KafkajsBroker {
  versions: Record<number, { minVersion: number; maxVersion: number }> | null
  connect(): Promise<void>
  disconnect(): Promise<void>
  connectionPool: { getConnection(): Promise<KafkajsConnection> }
}

export interface BrokerOptions
  extends Pick<
    KafkaConfig,
    'ssl' | 'sasl' | 'clientId' | 'connectionTimeout' | 'authenticationTimeout'
  > {
  logger: Logger
  socketFactory: ISocketFactory
}

/** A broker of kafkajs's with a connection of its own, not yet open. */
export function createBroker(
  host: string,
  port: number,
  { authenticationTimeout, ...options }: BrokerOptions,
): KafkajsBroker {
  const { Broker, ConnectionPool } = internals()
  // Its own limit on requests goes by the wall clock, and wakes up ten times a second.
  const enforceRequestTimeout = false
  const connectionPool = new ConnectionPool({ ...options, host, port, enforceRequestTimeout })
  return new Broker({ connectionPool, logger: options.logger, authenticationTimeout })
}

/** The names of error codes. */
export function kafkajsErrorTypes(): ReadonlyMap<number, string> {
  return internals().errorTypes
}

interface Internals {
  Broker: new (options: object) => KafkajsBroker
  ConnectionPool: new (options: object) => KafkajsBroker['connectionPool']
  errorTypes: ReadonlyMap<number, string>
}

let loaded: Internals | undefined

/** Throws CONFIG_INVALID for another version of kafkajs. */
function internals(): Internals {
  loaded ??= load()
  return loaded
}

function load(): Internals {
  const { version } = require('kafkajs/package.json') as { version: string }
  if (version !== KNOWN_VERSION) {
    const message = `kafkajs ${KNOWN_VERSION} is needed, got ${version}: its connections are used by their inside, so install the version that package-lock.json names`
    throw new InventoryEventsError('CONFIG_INVALID', message)
  }
  const { errorCodes } = require('kafkajs/src/protocol/error') as {
    errorCodes: { code: number; type: string }[]
  }
  return {
    Broker: require('kafkajs/src/broker'),
    ConnectionPool: require('kafkajs/src/network/connectionPool'),
    errorTypes: new Map(errorCodes.map(({ code, type }) => [code, type])),
  }
}
