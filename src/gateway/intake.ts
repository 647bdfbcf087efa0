import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Event } from '../event/event.ts'
import { type Trace, traceOf } from '../event/trace.ts'
import type { Acceptance } from './accept-events.ts'
import type { ByteBudget, Reservation } from './http/byte-budget.ts'
import { MEDIA_TYPES, sendProblem } from './http/error-handler.ts'
import { later, type ProblemDetails } from './http/problem-details.ts'
import { JSON_LINES_TYPES, JSON_TYPES, readBody } from './http/read-body.ts'
import { headerOf, type IntakeRoute } from './intake-route.ts'

export interface IntakeOptions {
  routes: readonly IntakeRoute[]
  take(events: readonly Event[], trace: Trace | undefined): Acceptance
  budget: ByteBudget
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
  server.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  for (const route of options.routes) serveRoute(server, route, options)
}

function serveRoute(server: FastifyInstance, route: IntakeRoute, options: IntakeOptions): void {
  const { budget, maxBodyBytes, maxEvents, take } = options
  const reservations = new WeakMap<FastifyRequest, Reservation>()

  function admit(request: FastifyRequest, reply: FastifyReply): ProblemDetails | undefined {
    const { headers } = request
    const refusal = route.admit(headers) ?? notNow(options) ?? compressed(headers)
    if (refusal !== undefined) return refusal
    const reservation = budget.reserve(announcedBytes(headers, maxBodyBytes) + REQUEST_BYTES)
    if (reservation === undefined) return FULL
    reservations.set(request, reservation)
    // `handle` removes the reservation once the events are being published.
    reply.raw.once('close', () => reservations.get(request)?.release())
    return undefined
  }

  function eventsOf({ headers }: FastifyRequest, bytes: Buffer): Event[] | ProblemDetails {
    const refusal = route.verify?.(headers, bytes)
    if (refusal !== undefined) return refusal
    const body = readBody(bytes, isJsonLines(headers), maxEvents)
    return 'status' in body ? body : route.read(body, headers)
  }

  async function handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
    const reservation = reservations.get(request)
    reservation?.shrinkTo(bytes.length + REQUEST_BYTES)
    const events = eventsOf(request, bytes)
    if ('status' in events) return sendProblem(reply, events)
    const trace = traceOf((name) => headerOf(request.headers, name))
    const { answer, settled } = take(events, trace)
    reservations.delete(request)
    void settled.then(() => reservation?.release())
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

/** Compressed bodies are rejected: their length does not tell their memory use. */
function compressed(headers: IncomingHttpHeaders): ProblemDetails | undefined {
  const encoding = headers['content-encoding'] ?? 'identity'
  return encoding === 'identity' ? undefined : { status: 415, detail: MEDIA_TYPES }
}

function isJsonLines(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type']?.toLowerCase() ?? ''
  return JSON_LINES_TYPES.some((lines) => type.startsWith(lines))
}

/** Without a Content-Length the maximum is reserved. */
function announcedBytes(headers: IncomingHttpHeaders, maxBodyBytes: number): number {
  return Math.min(Number(headers['content-length'] ?? maxBodyBytes), maxBodyBytes)
}
