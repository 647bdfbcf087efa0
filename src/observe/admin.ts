import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MOMENTS, parseTimeOrAge, rangeProblem } from '../event/time/relative-time.ts'
import type { ExplainRange, Explanation } from '../explain/explanation.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { didYouMean } from '../util/text/did-you-mean.ts'
import { foreignText } from '../util/text/foreign-text.ts'
import type { AdminState } from './admin-state.ts'
import { hasToken } from './bearer.ts'

export interface AdminOptions {
  /** The bearer token that requests must have by now. */
  token(): string
  state(): AdminState
  /** Settles soon after the signal aborts. */
  explain(id: string, range: ExplainRange, signal: AbortSignal): Promise<Explanation>
  clock: Pick<Clock, 'now' | 'after'>
}

const EXPLAIN_LIMIT_MS = 60_000
const RETRY_AFTER_SECONDS = 5
const SHOWN_CHARS_MAX = 60
const OFF = 'the admin routes are off: ADMIN_TOKEN is not set'
const RANGE_NAMES = ['entity', 'from', 'to']

/** Adds the admin routes, which require the token; without one they say what is missing. */
export function serveAdmin(server: FastifyInstance, options: AdminOptions | 'off'): void {
  if (options === 'off') {
    server.get('/admin/*', (_request, reply) => refuse(reply, 404, OFF))
    return
  }
  const explainEvent = createExplain(options)
  const onRequest = async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    if (hasToken(headers.authorization, options.token())) return
    return refuse(reply.header('www-authenticate', 'Bearer'), 401, 'expected the bearer token')
  }
  server.get('/admin/state', { onRequest }, async ({ query }, reply) => {
    const unknown = unknownIn(query as Query, [])
    return unknown === undefined ? options.state() : refuse(reply, 400, unknown)
  })
  server.get('/admin/events/:id', { onRequest }, explainEvent)
}

/** One search at a time, since it competes with event processing for memory and bandwidth. */
function createExplain({ explain, clock }: AdminOptions) {
  let isBusy = false

  /** Aborts the search at the time limit or when the client disconnects. */
  async function within(
    reply: FastifyReply,
    over: AbortController,
    run: () => Promise<Explanation>,
  ) {
    const onGone = () => over.abort()
    const cancel = clock.after(EXPLAIN_LIMIT_MS, onGone)
    reply.raw.once('close', onGone)
    isBusy = true
    try {
      return await run()
    } finally {
      isBusy = false
      cancel()
      reply.raw.off('close', onGone)
    }
  }

  return async function explainEvent(request: FastifyRequest, reply: FastifyReply) {
    const { id } = request.params as { id: string }
    const range = rangeOf(request.query as Query, clock.now())
    if (typeof range === 'string') return refuse(reply, 400, range)
    if (isBusy) return later(reply, 429, 'another search is running')
    const over = new AbortController()
    try {
      const explanation = await within(reply, over, () => explain(id, range, over.signal))
      const { records, letters, redrives } = explanation
      const isFound = records.length + letters.length + redrives.length > 0
      return reply.code(isFound ? 200 : 404).send(explanation)
    } catch (error) {
      return failed(reply, error, over.signal)
    }
  }
}

type Query = Readonly<Record<string, string | string[] | undefined>>

/** Returns the range, or a message if a parameter is invalid. */
function rangeOf(query: Query, nowMs: number): ExplainRange | string {
  const unknown = unknownIn(query, RANGE_NAMES)
  if (unknown !== undefined) return unknown
  const { entity, from, to } = query
  const [fromMs, toMs] = [from, to].map((text) => parseTimeOrAge(String(text), nowMs))
  if (from !== undefined && fromMs === undefined) return `from: expected ${MOMENTS}`
  if (to !== undefined && toMs === undefined) return `to: expected ${MOMENTS}`
  const problem = rangeProblem({ fromMs, toMs }, nowMs)
  if (problem !== undefined) return problem
  if (Array.isArray(entity)) return 'entity: expected a single value'
  return {
    ...(entity !== undefined && { entity }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  }
}

/** A mistyped name would widen the search silently. */
function unknownIn(query: Query, names: readonly string[]): string | undefined {
  const unknown = Object.keys(query).find((name) => !names.includes(name))
  if (unknown === undefined) return undefined
  const meant = didYouMean(unknown, names)
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`
  return `${foreignText(unknown.slice(0, SHOWN_CHARS_MAX))}: no such parameter${hint}`
}

function failed(reply: FastifyReply, error: unknown, over: AbortSignal): FastifyReply {
  if (over.aborted) {
    const limit = `${EXPLAIN_LIMIT_MS / 1000} s`
    return refuse(reply, 504, `the search took longer than ${limit}: narrow it with entity or from`)
  }
  const isKnown = error instanceof InventoryEventsError
  return isKnown ? later(reply, 503, messageOf(error)) : refuse(reply, 500, messageOf(error))
}

function later(reply: FastifyReply, status: number, error: string): FastifyReply {
  return refuse(reply.header('retry-after', RETRY_AFTER_SECONDS), status, error)
}

function refuse(reply: FastifyReply, status: number, error: string): FastifyReply {
  return reply.code(status).send({ error })
}
