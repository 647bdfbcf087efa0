import type { AddressInfo } from 'node:net'
import { type FastifyInstance, fastify } from 'fastify'
import { type HealthSources, serveHealth } from '../observe/http.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { closeWithin } from './http/close-within.ts'
import {
  type ErrorOptions,
  refuseStrayRequests,
  registerErrorHandler,
} from './http/error-handler.ts'
import { type IntakeOptions, serveIntake } from './intake.ts'
import { openApiDocument } from './openapi.ts'

export interface GatewayServerOptions extends ErrorOptions, Omit<IntakeOptions, 'isStopping'> {
  port: number
  health: HealthSources
  clock: Clock
  maxConnections: number
  requestTimeoutMs: number
  /** Told of every request that was answered; `route` is one of few. */
  onAnswered(route: string, status: number): void
}

export interface GatewayServer {
  /** The port that is listened on. */
  port: number
  isStopping(): boolean
  /** Stops listening, answers what was begun, and cuts it off at the limit. */
  close(limitMs: number): Promise<'drained' | 'limit'>
}

/** Longer than load balancers keep theirs, so that none sends a request into a closing connection. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
const LOOK_INTERVAL_MS = 1_000

/** Serves the gateway on every interface. Throws CONFIG_INVALID if the port is taken. */
export async function startServer(options: GatewayServerOptions): Promise<GatewayServer> {
  const { port, clock, maxConnections, onAnswered } = options
  let isStopping = false
  const server = createServer(options)
  server.server.maxConnections = maxConnections
  server.addHook('onResponse', async (request, reply) =>
    onAnswered(request.routeOptions.url ?? 'none', reply.statusCode),
  )
  // A connection that stays open after its last answer would hold up the stop.
  server.addHook('onSend', async (_request, reply) => {
    if (isStopping) reply.header('connection', 'close')
  })
  registerErrorHandler(server, options)
  refuseStrayRequests(server)
  serveHealth(server, options.health)
  serveIntake(server, { ...options, isStopping: () => isStopping })
  const document = openApiDocument(options)
  server.get('/openapi.json', () => document)
  await server.listen({ port, host: '0.0.0.0' }).catch((cause) => {
    const message = `GATEWAY_PORT: ${messageOf(cause)}`
    throw new InventoryEventsError('CONFIG_INVALID', message, { cause })
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    isStopping: () => isStopping,
    close(limitMs) {
      isStopping = true
      return closeWithin(server, limitMs, clock)
    },
  }
}

function createServer({ maxBodyBytes, requestTimeoutMs }: GatewayServerOptions): FastifyInstance {
  return fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While it stops, its own refusal is sent, which is like its others.
    return503OnClosing: false,
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: LOOK_INTERVAL_MS },
  })
}
