import type { AddressInfo } from 'node:net'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import type { Registry } from 'prom-client'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import { type AdminOptions, serveAdmin } from './admin.ts'

/** One health check; `why` explains a failure, and `note` what an operator should know. */
export interface Check {
  name: string
  ok: boolean
  why?: string
  note?: string
}

export type Health = readonly Check[]

export interface HealthSources {
  register: Registry
  /** Fails if the process should be restarted. */
  live: () => Health
  /** Fails while the process can't do its work. */
  ready: () => Health
}

export interface HttpOptions extends HealthSources {
  /** 0 picks a free port. */
  port: number
  /** Undefined: this process has no admin routes. `off`: it would with ADMIN_TOKEN. */
  admin?: AdminOptions | 'off'
}

/** The longest event id in a path, about what fits into a request line. */
const ID_CHARS_MAX = 8_000

export interface HttpServer {
  /** The port it listens on. */
  port: number
  /** Stops listening and finishes requests in flight. */
  close(): Promise<void>
}

/**
 * Serves `/livez`, `/readyz`, `/metrics` and `/admin` on every interface. Throws CONFIG_INVALID if
 * the port is in use.
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

/** Adds the health checks and metrics. */
export function serveHealth(
  server: FastifyInstance,
  { register, live, ready }: HealthSources,
): void {
  server.get('/livez', (_request, reply) => sendHealth(reply, live()))
  server.get('/readyz', (_request, reply) => sendHealth(reply, ready()))
  server.get('/metrics', async (_request, reply) => {
    reply.type(register.contentType)
    return register.metrics()
  })
}

function sendHealth(reply: FastifyReply, checks: Health): FastifyReply {
  const ok = checks.every((check) => check.ok)
  return reply.code(ok ? 200 : 503).send({ ok, checks })
}
