import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MOMENTS, parseTimeOrAge } from '../event/relative-time.ts'
import type { ExplainRange, Explanation } from '../explain/explanation.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import type { AdminState } from './admin-state.ts'
import { hasToken } from './bearer.ts'

export interface AdminOptions {
  /** What a request must bear. */
  token: string
  state(): AdminState
  /** Ends soon after the signal aborts. */
  explain(id: string, range: ExplainRange, signal: AbortSignal): Promise<Explanation>
  clock: Pick<Clock, 'now' | 'after'>
}

const EXPLAIN_LIMIT_MS = 60_000
const RETRY_AFTER_SECONDS = 5

/** Adds the routes for those who bear the token. */
export function serveAdmin(server: FastifyInstance, options: AdminOptions): void {
  const answer = createExplain(options)
  const onRequest = async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    if (hasToken(headers.authorization, options.token)) return
    return refuse(reply.header('www-authenticate', 'Bearer'), 401, 'expected the bearer token')
  }
  server.get('/admin/state', { onRequest }, async () => options.state())
  server.get('/admin/events/:id', { onRequest }, answer)
}

/** One at a time: a search takes from the service what its events need. */
function createExplain({ explain, clock }: AdminOptions) {
  let isBusy = false

  /** Until it is over, the limit has passed, or nobody waits for it any more. */
  async function within(
    reply: FastifyReply,
    over: AbortController,
    ask: () => Promise<Explanation>,
  ) {
    const onGone = () => over.abort()
    const cancel = clock.after(EXPLAIN_LIMIT_MS, onGone)
    reply.raw.once('close', onGone)
    isBusy = true
    try {
      return await ask()
    } finally {
      isBusy = false
      cancel()
      reply.raw.off('close', onGone)
    }
  }

  return async function answer(request: FastifyRequest, reply: FastifyReply) {
    const { id } = request.params as { id: string }
    const range = rangeOf(request.query as Query, clock.now())
    if (typeof range === 'string') return refuse(reply, 400, range)
    if (isBusy) return later(reply, 429, 'another event is being explained')
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

/** Or what is wrong with it. */
function rangeOf({ entity, from, to }: Query, nowMs: number): ExplainRange | string {
  const [fromMs, toMs] = [from, to].map((text) => parseTimeOrAge(String(text), nowMs))
  if (from !== undefined && fromMs === undefined) return `from: expected ${MOMENTS}`
  if (to !== undefined && toMs === undefined) return `to: expected ${MOMENTS}`
  if (Array.isArray(entity)) return 'entity: expected one'
  return {
    ...(entity !== undefined && { entity }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  }
}

function failed(reply: FastifyReply, error: unknown, over: AbortSignal): FastifyReply {
  if (over.aborted) {
    const limit = `${EXPLAIN_LIMIT_MS / 1000} s`
    return refuse(reply, 504, `expected to end within ${limit}: narrow it by entity or from`)
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
