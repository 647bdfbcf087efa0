import type { AddressInfo } from 'node:net'
import { type FastifyInstance, fastify } from 'fastify'
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
  clock: Clock
  maxConnections: number
  requestTimeoutMs: number
  /** Called after every response; `route` has few values: the paths served, or `none`. */
  onAnswered(route: string, status: number): void
}

export interface GatewayServer {
  /** The port it listens on. */
  port: number
  isStopping(): boolean
  /** Stops listening, finishes requests in flight, and closes their connections at the limit. */
  close(limitMs: number): Promise<'drained' | 'limit'>
}

/** Longer than load balancers keep idle connections, so that none sends into a closing one. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
const CONNECTION_CHECK_MS = 1_000

/** Serves the gateway on every interface. Throws CONFIG_INVALID if the port is taken. */
export async function startServer(options: GatewayServerOptions): Promise<GatewayServer> {
  const { port, clock, maxConnections, onAnswered } = options
  let isStopping = false
  const server = createServer(options)
  server.server.maxConnections = maxConnections
  server.addHook('onResponse', async (request, reply) =>
    onAnswered(request.routeOptions.url ?? 'none', reply.statusCode),
  )
  // A kept-alive connection would delay the stop.
  server.addHook('onSend', async (_request, reply) => {
    if (isStopping) reply.header('connection', 'close')
  })
  registerErrorHandler(server, options)
  refuseStrayRequests(server)
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

function createServer({ requestTimeoutMs }: GatewayServerOptions): FastifyInstance {
  return fastify({
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While stopping, the gateway sends its own 503 as a problem document.
    return503OnClosing: false,
    http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: CONNECTION_CHECK_MS },
  })
}
