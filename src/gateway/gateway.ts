import type { Contract } from '../avro/schema/contract-schemas.ts'
import { connectionExpiries } from '../config/certificate-expiries.ts'
import { liveValue } from '../config/live-value.ts'
import type { Config } from '../config/settings.ts'
import { nameOf } from '../event/guards.ts'
import type { Kinds } from '../event/kinds.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { brokerCertificateExpiryMs, createKafka } from '../kafka/client/client.ts'
import { bindCertificates } from '../observe/certificate-gauge.ts'
import { type Health, startHttp } from '../observe/http.ts'
import { createMetrics, type Metrics } from '../observe/metrics.ts'
import { createSampledLog } from '../observe/sampled-log.ts'
import { createSpans } from '../observe/spans.ts'
import { type OpenPublisher, openPublisher } from '../publish/open-publisher.ts'
import type { EventSubmitter } from '../publish/publisher.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { version } from '../version.ts'
import { createAcceptor } from './accept-events.ts'
import { watchBrokers } from './broker-watch.ts'
import { createStamp } from './fill-id-and-time.ts'
import { createRouteBudgets } from './http/byte-budget.ts'
import type { IntakeRoute } from './intake-route.ts'
import { pluginRoute } from './plugin-route.ts'
import { startServer } from './server.ts'
import { webhookRoute } from './webhook-route.ts'

export type GatewayConfig = Config<'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL'>

export interface GatewayOptions {
  config: GatewayConfig
  contract: Contract
  log: Logger
  clock?: Clock
}

export interface Gateway {
  port: number
  /** The port of health and metrics. */
  httpPort: number
  /** Stops accepting requests, finishes those in flight and closes the connections to Kafka. */
  stop(): Promise<'drained' | 'limit'>
}

const SOURCE = '/inventory-events/gateway'
const CHECK_TIMEOUT_MS = 5_000
const LAST_SEND_MS = 5_000

/** Builds and starts the gateway. Rejects with CONFIG_INVALID, KAFKA_* or REGISTRY_*. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, contract, log, clock = systemClock } = options
  const { kinds } = contract
  requireSecrets(config)
  const metrics = createMetrics({ version })
  const sampled = createSampledLog({ log, clock })
  const routes = routesOf(config, { kinds, clock, log })
  const publisher = await openPreparedPublisher(options, metrics)
  // The watch logs that Kafka is unavailable once; the client would log every attempt.
  const kafka = createKafka(config, log.child({}, { level: 'silent' }))
  const watch = watchBrokers({
    // A broker that accepts the connection also responds to requests.
    check: () => withAdmin(kafka, async () => undefined, CHECK_TIMEOUT_MS),
    clock,
    log,
  })
  const paths = routes.map(({ path }) => path)
  const budgets = createRouteBudgets(paths, config.GATEWAY_MAX_IN_FLIGHT_BYTES)
  metrics.inFlightBytes.readFrom(() => [{ value: budgets.usedBytes }])
  const ready = () => readiness(watch.trouble() === undefined, server.isStopping())
  const failed = (error: unknown) => sampled.warn('gateway', error, {}, 'request failed')
  const server = await startServer({
    port: config.GATEWAY_PORT,
    kinds,
    routes,
    budgets,
    clock,
    maxBodyBytes: config.GATEWAY_MAX_BODY_BYTES,
    maxEvents: config.GATEWAY_MAX_EVENTS,
    maxConnections: config.GATEWAY_MAX_CONNECTIONS,
    requestTimeoutMs: config.GATEWAY_REQUEST_TIMEOUT_MS,
    take: createAcceptor({
      kinds,
      publisher,
      clock,
      deliveryTimeoutMs: config.GATEWAY_DELIVERY_TIMEOUT_MS,
      onFailure: failed,
      onUnknownKinds: (count) => metrics.gatewayUnknownKinds.inc(count),
      onMistyped(event, meant) {
        metrics.gatewayMistypedKinds.inc()
        const why = `${nameOf(event)} is unknown, did you mean ${meant}?`
        sampled.warn('gateway', why, { eventId: event.id }, 'accepted an event that looks mistyped')
      },
    }),
    trouble: watch.trouble,
    onResponse({ route, status, seconds, problem, from }) {
      metrics.gatewayRequests.inc({ route, status })
      if (seconds !== undefined) metrics.gatewayRequestSeconds.observe({ route }, seconds)
      if (problem === undefined) return
      const why = problem.logged ?? problem.detail
      sampled.warn('gateway', `${status} ${route}: ${why}`, { from }, 'request rejected')
    },
    onDefect: failed,
  })
  // A listener of its own: it responds however many connections senders hold.
  const http = await startHttp({
    port: config.HTTP_PORT,
    register: metrics.register,
    live: () => [],
    ready,
  })
  bindCertificates(metrics, {
    files: () => connectionExpiries(config),
    brokerExpiryMs: () => brokerCertificateExpiryMs(kafka),
  })
  metrics.gatewayReady.readFrom(() =>
    ready().map(({ name, ok }) => ({ check: name, value: ok ? 1 : 0 })),
  )
  logRoutes(config, log)
  log.info({ port: server.port, httpPort: http.port, version }, 'started')

  return {
    port: server.port,
    httpPort: http.port,
    async stop() {
      const result = await server.close(config.DRAIN_TIMEOUT_MS)
      watch.stop()
      await Promise.race([publisher.close(), clock.sleep(LAST_SEND_MS)])
      await http.close()
      sampled.close()
      return result
    },
  }
}

function requireSecrets(config: GatewayConfig): void {
  if (config.GATEWAY_SECRETS !== undefined || config.GATEWAY_ALLOW_UNSIGNED) return
  const message =
    'GATEWAY_SECRETS: required, expected the secrets of the webhooks, got nothing; GATEWAY_ALLOW_UNSIGNED=true accepts unsigned webhooks'
  throw new InventoryEventsError('CONFIG_INVALID', message)
}

interface RoutePorts {
  kinds: Kinds
  clock: Clock
  log: Logger
}

function routesOf(config: GatewayConfig, ports: RoutePorts): IntakeRoute[] {
  const { kinds, clock } = ports
  const toleranceMs = config.GATEWAY_TOLERANCE_MS
  const secrets = liveValue(config, 'GATEWAY_SECRETS', ports)
  const token = liveValue(config, 'GATEWAY_TOKEN', ports)
  const webhooks = webhookRoute({ kinds, secrets, toleranceMs, clock })
  if (token === undefined) return [webhooks]
  return [webhooks, pluginRoute({ kinds, token, mint: createStamp(clock.now) })]
}

/** Looks up topics and schemas in advance, so that no request waits for the registry. */
async function openPreparedPublisher(
  { config, contract, log }: GatewayOptions,
  metrics: Metrics,
): Promise<OpenPublisher & EventSubmitter> {
  const publisher = await openPublisher(config, {
    contract,
    topics: { inventory: config.GATEWAY_INVENTORY_TOPIC, plugin: config.GATEWAY_PLUGIN_TOPIC },
    source: SOURCE,
    spans: createSpans(config.KAFKA_GROUP_ID, version),
    // The sender retries, and knows best for how long.
    deliveryTimeoutMs: 0,
    producerLimits: { sendTimeoutMs: config.GATEWAY_DELIVERY_TIMEOUT_MS },
    onAcknowledged: (topic) => metrics.published.inc({ topic }),
    log,
  })
  const families = ['inventory', ...(config.GATEWAY_TOKEN === undefined ? [] : ['plugin'])]
  await publisher.prepare(families as ('inventory' | 'plugin')[]).catch(async (error) => {
    await publisher.close()
    throw error
  })
  return publisher
}

/** Anyone who can reach the gateway can read this, so it names no broker. */
function readiness(isKafkaUp: boolean, isStopping: boolean): Health {
  return [
    isKafkaUp
      ? { name: 'kafka', ok: true }
      : { name: 'kafka', ok: false, why: 'Kafka is unavailable; see the log' },
    isStopping
      ? { name: 'open', ok: false, why: 'the gateway is stopping' }
      : { name: 'open', ok: true },
  ]
}

function logRoutes(config: GatewayConfig, log: Logger): void {
  if (config.GATEWAY_SECRETS === undefined) {
    log.warn('GATEWAY_ALLOW_UNSIGNED is true: unsigned webhooks are accepted')
  }
  if (config.GATEWAY_TOKEN === undefined)
    log.info('GATEWAY_TOKEN is not set: POST /events is disabled')
}
