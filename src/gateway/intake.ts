import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Event } from '../event/event.ts'
import { type Trace, traceOf } from '../event/trace.ts'
import type { Acceptance } from './accept-events.ts'
import type { Reservation, RouteBudgets } from './http/byte-budget.ts'
import { MEDIA_TYPES, sendProblem, tooManyBytes } from './http/error-handler.ts'
import { later, type ProblemDetails } from './http/problem-details.ts'
import { JSON_LINES_TYPES, JSON_TYPES, readBody } from './http/read-body.ts'
import { receiveBody } from './http/receive-body.ts'
import { headerOf, type IntakeRoute } from './intake-route.ts'

export interface IntakeOptions {
  routes: readonly IntakeRoute[]
  take(events: readonly Event[], trace: Trace | undefined): Acceptance
  budgets: RouteBudgets
  maxBodyBytes: number
  maxEvents: number
  isStopping(): boolean
  /** Why Kafka is unavailable; undefined while it is available. */
  trouble(): string | undefined
}

/** The memory a request takes in addition to its body. */
const REQUEST_BYTES = 4_096

/** Serves the routes that accept events. Checks that need only headers run before the body is read. */
export function serveIntake(server: FastifyInstance, options: IntakeOptions): void {
  const types = [...JSON_TYPES, ...JSON_LINES_TYPES]
  server.removeAllContentTypeParsers()
  // The signature covers the raw bytes, so they are parsed only after it was verified.
  server.addContentTypeParser(types, (_request, payload, done) => done(null, payload))
  for (const route of options.routes) serveRoute(server, route, options)
}

function serveRoute(server: FastifyInstance, route: IntakeRoute, options: IntakeOptions): void {
  const { maxBodyBytes, maxEvents, take } = options
  const budget = options.budgets.of(route.path)
  const reservations = new WeakMap<FastifyRequest, Reservation>()

  function admit(request: FastifyRequest, reply: FastifyReply): ProblemDetails | undefined {
    const { headers } = request
    const refusal = route.admit(headers) ?? notNow(options) ?? compressed(headers)
    if (refusal !== undefined) return refusal
    const bodyBytes = announcedBytes(headers) ?? 0
    if (bodyBytes > maxBodyBytes) return tooManyBytes(maxBodyBytes)
    // Rejects a body that would not fit now, but reserves nothing for it: it may never arrive.
    if (!budget.hasRoomFor(bodyBytes + REQUEST_BYTES)) return FULL
    const reservation = budget.reserve(REQUEST_BYTES)
    if (reservation === undefined) return FULL
    reservations.set(request, reservation)
    // `handle` removes the reservation once the events are being published.
    reply.raw.once('close', () => reservations.get(request)?.release())
    return undefined
  }

  async function receive(request: FastifyRequest, { grow, shrinkTo }: Reservation) {
    if (request.body === undefined) return Buffer.alloc(0)
    const bytes = await receiveBody(request.raw, {
      announcedBytes: announcedBytes(request.headers),
      maxBytes: maxBodyBytes,
      charge: grow,
    })
    if (bytes === 'too large') return tooManyBytes(maxBodyBytes)
    if (bytes === 'no room') return FULL
    if (bytes === 'aborted') return ABORTED
    shrinkTo(bytes.length + REQUEST_BYTES)
    return bytes
  }

  function eventsOf({ headers }: FastifyRequest, bytes: Buffer): Event[] | ProblemDetails {
    const refusal = route.verify?.(headers, bytes)
    if (refusal !== undefined) return refusal
    const body = readBody(bytes, isJsonLines(headers), maxEvents)
    return 'status' in body ? body : route.read(body, headers)
  }

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const reservation = reservations.get(request)!
    const bytes = await receive(request, reservation)
    // The rest of the body is discarded.
    if ('status' in bytes) return sendProblem(reply.header('connection', 'close'), bytes)
    const events = eventsOf(request, bytes)
    if ('status' in events) return sendProblem(reply, events)
    const trace = traceOf((name) => headerOf(request.headers, name))
    const { answer, settled } = take(events, trace)
    reservations.delete(request)
    void settled.then(() => reservation.release())
    const response = await answer
    if (response.status !== 202) return sendProblem(reply, response)
    return reply.code(202).send({ ids: response.ids })
  }

  server.post(route.path, {
    onRequest: async (request, reply) => {
      const refusal = admit(request, reply)
      if (refusal !== undefined) return sendProblem(reply, refusal)
    },
    handler: handle,
  })
}

function notNow({ isStopping, trouble }: IntakeOptions): ProblemDetails | undefined {
  if (isStopping()) return later(503, 'the gateway is stopping; retry the request', 1)
  if (trouble() !== undefined) return later(503, 'Kafka is unavailable; retry the request', 5)
  return undefined
}

const FULL = later(429, 'too many requests in flight; retry later', 1)

/** The client is gone, so only the log and the metrics see this. */
const ABORTED: ProblemDetails = { status: 400, detail: 'the request was aborted' }

/** Compressed bodies are rejected: their length does not show their memory use. */
function compressed(headers: IncomingHttpHeaders): ProblemDetails | undefined {
  const encoding = headers['content-encoding'] ?? 'identity'
  return encoding === 'identity' ? undefined : { status: 415, detail: MEDIA_TYPES }
}

function isJsonLines(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type']?.toLowerCase() ?? ''
  return JSON_LINES_TYPES.some((lines) => type.startsWith(lines))
}

/** Undefined for a chunked body. */
function announcedBytes(headers: IncomingHttpHeaders): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}
