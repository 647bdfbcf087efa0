import type { AddressInfo } from 'node:net'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'
import type { Kinds } from '../event/kinds.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { closeWithin } from './http/close-within.ts'
import {
  BAD_PATH,
  type ErrorOptions,
  problemIn,
  refuseStrayRequests,
  registerErrorHandler,
  sendProblem,
} from './http/error-handler.ts'
import { createParserErrors } from './http/parser-errors.ts'
import type { ProblemDetails } from './http/problem-details.ts'
import { type IntakeOptions, serveIntake } from './intake.ts'
import { openApiDocument } from './openapi.ts'

export interface GatewayServerOptions extends ErrorOptions, Omit<IntakeOptions, 'isStopping'> {
  kinds: Kinds
  port: number
  clock: Clock
  maxConnections: number
  requestTimeoutMs: number
  /** Called after every response. */
  onResponse(response: GatewayResponse): void
}

export interface GatewayResponse {
  /** One of few values: the paths served, or `none`. */
  route: string
  status: number
  /** From the headers of the request to the end of the response; undefined if no request was parsed. */
  seconds?: number
  problem?: ProblemDetails | undefined
  /** The address of the client, or of a proxy. */
  from: string | undefined
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
const NO_ROUTE = 'none'

/** Serves the gateway on every interface. Throws CONFIG_INVALID if the port is taken. */
export async function startServer(options: GatewayServerOptions): Promise<GatewayServer> {
  const { port, clock, maxConnections } = options
  let isStopping = false
  const server = createServer(options)
  server.server.maxConnections = maxConnections
  reportResponses(server, options)
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

function reportResponses(
  server: FastifyInstance,
  { clock, onResponse }: GatewayServerOptions,
): void {
  const startedMs = new WeakMap<FastifyRequest, number>()
  server.addHook('onRequest', async (request) => {
    startedMs.set(request, clock.elapsedMs())
  })
  server.addHook('onResponse', async (request, reply) =>
    onResponse({
      route: request.routeOptions.url ?? NO_ROUTE,
      status: reply.statusCode,
      seconds: (clock.elapsedMs() - startedMs.get(request)!) / 1_000,
      problem: problemIn(reply),
      from: request.ip,
    }),
  )
}

function createServer({ requestTimeoutMs, onResponse }: GatewayServerOptions): FastifyInstance {
  const onProblem = (problem: ProblemDetails, from: string | undefined) =>
    onResponse({ route: NO_ROUTE, status: problem.status, problem, from })
  const parserErrors = createParserErrors((problem, socket) =>
    onProblem(problem, socket.remoteAddress),
  )
  const server = fastify({
    clientErrorHandler: parserErrors.handle,
    frameworkErrors(_error, request, reply) {
      onProblem(BAD_PATH, request.ip)
      sendProblem(reply, BAD_PATH)
    },
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // While stopping, the gateway sends its own 503 as a problem document.
    return503OnClosing: false,
    http: {
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: CONNECTION_CHECK_MS,
      // Node would reject a missing host without a problem document.
      requireHostHeader: false,
    },
  })
  parserErrors.watch(server.server)
  return server
}
