import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import type { Config } from '../../config/settings.ts'
import type { Logger } from '../../util/logger.ts'
import { registerCodecs } from '../codecs/codecs.ts'
import { closeTimedOutConnections } from '../patches/close-timed-out-connections.ts'
import { surfaceGroupAuthorizationErrors } from '../patches/group-authorization.ts'
import { resetBuffersOnReconnect } from '../patches/reset-on-reconnect.ts'
import { stopIdleTimers } from '../patches/stop-idle-timers.ts'
import { bridgeLogs } from './log-bridge.ts'
import { saslOptions } from './sasl.ts'
import { tlsSockets } from './tls.ts'

const CONNECTION_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 30_000

/** With these waits a client gives up on brokers that refuse connections after about 8 s. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2_000, multiplier: 2, factor: 0.2, retries: 8 }

const brokers = new WeakMap<Kafka, string>()

/** The Kafka client that every consumer, producer and admin of the process is made from. */
export function createKafka(config: Config<'KAFKA_BROKERS'>, log: Logger): Kafka {
  if (!stopIdleTimers()) log.warn('this version of kafkajs is not known: idle connections cost CPU')
  closeTimedOutConnections()
  resetBuffersOnReconnect()
  surfaceGroupAuthorizationErrors()
  registerCodecs()
  if (sendsSecretsInTheClear(config)) {
    log.warn('KAFKA_SSL is false: the login to the brokers can be read on its way')
  }
  const kafka = new Kafka(kafkaOptions(config, log))
  brokers.set(kafka, config.KAFKA_BROKERS.join(', '))
  return kafka
}

/** The brokers that the client was told of, for messages: `one:9092, two:9092`. */
export function brokersOf(kafka: Kafka): string {
  return brokers.get(kafka) ?? 'the brokers'
}

/** kafkajs' options from the settings. */
export function kafkaOptions(config: Config<'KAFKA_BROKERS'>, log: Logger): KafkaConfig {
  const sasl = saslOptions(config)
  return {
    brokers: [...config.KAFKA_BROKERS],
    clientId: config.KAFKA_CLIENT_ID,
    // What TLS needs is read anew for each connection, so it is not given here.
    ...(config.KAFKA_SSL && { ssl: true, socketFactory: tlsSockets(config) }),
    ...(sasl && { sasl }),
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    authenticationTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: RETRY,
    logLevel: log.isLevelEnabled('debug') ? logLevel.DEBUG : logLevel.INFO,
    logCreator: bridgeLogs(log),
  }
}

function sendsSecretsInTheClear({ KAFKA_SSL, KAFKA_SASL_MECHANISM }: Config): boolean {
  return !KAFKA_SSL && ['plain', 'oauthbearer'].includes(KAFKA_SASL_MECHANISM ?? '')
}
