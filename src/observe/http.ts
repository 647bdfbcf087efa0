import type { AddressInfo } from 'node:net'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Registry } from 'prom-client'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { type AdminOptions, serveAdmin } from './admin.ts'

/** One thing that has to be right, by name, and if it is not, why. */
export interface Check {
  name: string
  ok: boolean
  why?: string
}

export type Health = readonly Check[]

export interface HealthSources {
  register: Registry
  /** Whether the process would be better off restarted. */
  live: () => Health
  /** Whether it does its work now. */
  ready: () => Health
}

export interface HttpOptions extends HealthSources {
  /** 0 takes a free one. */
  port: number
  /** Without it there are no admin routes. */
  admin?: AdminOptions | undefined
}

/** Of an event in the path: what fits into a line of a request. */
const ID_CHARS_MAX = 8_000

export interface HttpServer {
  /** The port that is listened on. */
  port: number
  /** Answers what has been asked, then stops listening. */
  close(): Promise<void>
}

/**
 * Serves `/livez`, `/readyz`, `/metrics` and what is under `/admin` on every interface. Throws
 * CONFIG_INVALID if the port is taken.
 */
export async function startHttp({ port, admin, ...sources }: HttpOptions): Promise<HttpServer> {
  const server = fastify({
    forceCloseConnections: 'idle',
    requestTimeout: 10_000,
    routerOptions: { maxParamLength: ID_CHARS_MAX },
  })
  serveHealth(server, sources)
  if (admin !== undefined) serveAdmin(server, admin)
  await server.listen({ port, host: '0.0.0.0' }).catch((cause) => {
    const why = messageOf(cause)
    throw new InventoryEventsError('CONFIG_INVALID', `HTTP_PORT: ${why}`, { cause })
  })
  const { port: actualPort } = server.server.address() as AddressInfo
  return { port: actualPort, close: () => server.close() }
}

/** Adds the routes by which a process is watched. */
export function serveHealth(
  server: FastifyInstance,
  { register, live, ready }: HealthSources,
): void {
  server.get('/livez', (_request, reply) => answer(reply, live()))
  server.get('/readyz', (_request, reply) => answer(reply, ready()))
  server.get('/metrics', async (_request, reply) => {
    reply.type(register.contentType)
    return register.metrics()
  })
}

function answer(reply: FastifyReply, checks: Health): FastifyReply {
  const ok = checks.every((check) => check.ok)
  return reply.code(ok ? 200 : 503).send({ ok, checks })
}
