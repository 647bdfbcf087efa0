import { Kafka, type KafkaConfig } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import { systemClock as clock } from '../../util/clock.ts'
import type { Logger } from '../../util/logger.ts'
import { registerCodecs } from '../codecs/codecs.ts'
import type { Compression } from '../codecs/compress.ts'
import { closeTimedOutConnections } from '../patches/close-timed-out-connections.ts'
import { surfaceGroupAuthorizationErrors } from '../patches/group-authorization.ts'
import { receiveInPlace } from '../patches/receive-in-place.ts'
import { requestNoTopics } from '../patches/request-no-topics.ts'
import { resetBuffersOnReconnect } from '../patches/reset-on-reconnect.ts'
import { stopIdleTimers } from '../patches/stop-idle-timers.ts'
import { Cluster, type ClusterOptions } from '../protocol/cluster.ts'
import { BrokerCertificates } from './broker-certificates.ts'
import { BrokerOutages } from './broker-outages.ts'
import { withoutColons } from './ipv6-names.ts'
import { bridgeLogs, kafkaLogLevel } from './log-bridge.ts'
import { saslOptions } from './sasl.ts'
import { brokerSockets } from './sockets.ts'

const CONNECTION_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000

/** With these delays a client gives up after about 8 s on brokers that refuse connections. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, multiplier: 2, factor: 0.2, retries: 8 }

interface ClientConfig extends KafkaConfig {
  brokers: string[]
  compression: Compression
  maxRequestBytes: number
  certificates: BrokerCertificates
}

const configs = new WeakMap<Kafka, ClientConfig>()

/** Creates the Kafka client that every consumer, producer and admin client of the process uses. */
export function createKafka(config: Config<'KAFKA_BROKERS'>, log: Logger): Kafka {
  if (!stopIdleTimers())
    log.warn('unknown kafkajs version, left unpatched: idle connections cost CPU')
  closeTimedOutConnections()
  receiveInPlace()
  resetBuffersOnReconnect()
  requestNoTopics()
  surfaceGroupAuthorizationErrors()
  registerCodecs()
  if (sendsPlainTextCredentials(config)) {
    log.warn('KAFKA_SSL is false: SASL credentials are sent in plain text')
  }
  const certificates = new BrokerCertificates(clock)
  const options = kafkaOptions(config, certificates, log)
  const kafka = new Kafka(options)
  const {
    KAFKA_BROKERS: brokers,
    KAFKA_COMPRESSION: compression,
    KAFKA_MAX_REQUEST_BYTES: maxRequestBytes,
  } = config
  const own = { brokers: [...brokers], compression, maxRequestBytes, certificates }
  configs.set(kafka, { ...options, ...own })
  return kafka
}

/**
 * Opens connections of our own to the brokers of a client, with its settings. Throws RangeError for a
 * client that `createKafka` did not create.
 */
export function openCluster(kafka: Kafka, clock: ClusterOptions['clock']): Cluster {
  const config = configs.get(kafka)
  if (config?.socketFactory === undefined) throw new RangeError('not a client of createKafka')
  const {
    brokers,
    socketFactory,
    compression: _,
    maxRequestBytes: __,
    certificates: ___,
    ...options
  } = config
  const logger = kafka.logger()
  return new Cluster({
    ...options,
    socketFactory,
    logger,
    bootstrap: brokers.map(addressOf),
    clock,
  })
}

/** Of `host:port` or `[address]:port`. */
function addressOf(broker: string): { host: string; port: number } {
  const colon = broker.lastIndexOf(':')
  const host = broker.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return { host, port: Number(broker.slice(colon + 1)) }
}

/** The bootstrap brokers of a client, for messages: `one:9092, two:9092`. */
export function brokersOf(kafka: Kafka): string {
  return configs.get(kafka)?.brokers.join(', ') ?? 'the brokers'
}

/** How batches are compressed that the client's producers write. */
export function compressionOf(kafka: Kafka): Compression {
  return configs.get(kafka)?.compression ?? 'none'
}

/** The most bytes of records in one request of the client's producers. */
export function maxRequestBytesOf(kafka: Kafka): number {
  return configs.get(kafka)?.maxRequestBytes ?? Number.POSITIVE_INFINITY
}

/**
 * When the first of the certificates expires that the brokers of a client presented; undefined if none
 * did of late.
 */
export function brokerCertificateExpiryMs(kafka: Kafka): number | undefined {
  return configs.get(kafka)?.certificates.firstExpiryMs()
}

/** The options for kafkajs, from the settings. */
function kafkaOptions(
  config: Config<'KAFKA_BROKERS'>,
  certificates: BrokerCertificates,
  log: Logger,
): KafkaConfig {
  const sasl = saslOptions(config)
  const kafkaLog = log.child({ component: 'kafka' })
  const outages = new BrokerOutages({ log: kafkaLog, clock })
  return {
    brokers: config.KAFKA_BROKERS.map(withoutColons),
    clientId: config.KAFKA_CLIENT_ID,
    // The socket factory reads the certificates again for each connection, so none are passed here.
    ...(config.KAFKA_SSL && { ssl: true }),
    socketFactory: brokerSockets(config, certificates, (broker) => outages.responded(broker)),
    ...(sasl && { sasl }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: kafkaLogLevel(log),
    logCreator: bridgeLogs(kafkaLog, outages),
  }
}

function sendsPlainTextCredentials({ KAFKA_SSL, KAFKA_SASL_MECHANISM }: Config): boolean {
  return !KAFKA_SSL && ['plain', 'oauthbearer'].includes(KAFKA_SASL_MECHANISM ?? '')
}
