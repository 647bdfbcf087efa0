import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import type { Access, Sender } from '../access/access.ts'
import { mayDo, type User } from '../access/roles.ts'
import { strangeRequest } from '../access/same-origin.ts'
import type { Asset } from './assets.ts'
import { Download, sendDownload } from './download.ts'
import { Lines, sendLines } from './lines.ts'
import { openApi } from './openapi.ts'
import { Refused, type Route } from './route.ts'
import { sessionRoutes } from './session-routes.ts'

export interface ServerOptions {
  host: string
  /** 0 picks a free port. */
  port: number
  routes: readonly Route[]
  access: Access
  isLocal: boolean
  /** Such as `https://console.example`, where a proxy changes the host. */
  origin: string | undefined
  assets: ReadonlyMap<string, Asset>
  onDefect(error: unknown): void
}

const BODY_BYTES_MAX = 65_536
const PARAM_CHARS_MAX = 500

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** The server of the API and the page, which does not listen yet. */
export function buildServer(options: Omit<ServerOptions, 'host' | 'port'>): FastifyInstance {
  const server = fastify({
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
  })
  guard(server, options)
  server.get('/livez', () => ({ ok: true }))
  sessionRoutes(server, options)
  for (const route of options.routes) serveRoute(server, route, options.access)
  server.get('/api/openapi.json', () => openApi(options.routes))
  servePage(server, options.assets)
  return server
}

/** Serves both. Throws CONFIG_INVALID if the port is in use. */
export async function startServer({ host, port, ...options }: ServerOptions) {
  const server = buildServer(options)
  await server.listen({ port, host }).catch((cause) => {
    throw new InventoryEventsError('CONFIG_INVALID', `CONSOLE_PORT: ${messageOf(cause)}`, { cause })
  })
  const { port: actualPort } = server.server.address() as AddressInfo
  return { port: actualPort, close: () => server.close() }
}

/** What holds for every request, also for one that has no route. */
function guard(
  server: FastifyInstance,
  { isLocal, origin, onDefect }: Omit<ServerOptions, 'host' | 'port'>,
): void {
  server.addHook('onRequest', async ({ method, headers }, reply) => {
    reply.headers(HEADERS)
    const why = strangeRequest(method, headers, { isLocal, origin })
    if (why !== undefined) return problem(reply, 403, why)
  })
  server.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    if (error instanceof Refused) return problem(reply, error.status, error.message)
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return problem(reply, error.statusCode, error.message)
    }
    onDefect(error)
    return problem(reply, 503, messageOf(error))
  })
}

function serveRoute(server: FastifyInstance, route: Route, access: Access): void {
  const { method, path: url, role, handle } = route
  server.route({
    method,
    url,
    async handler(request, reply) {
      const user = access.userOf(senderOf(request))
      if (user === undefined) return problem(reply, 401, 'log in first')
      if (!mayDo(user, role)) return problem(reply, 403, `${url}: only for the role ${role}`)
      const answer = await handle(callOf(request, user, route))
      if (answer instanceof Lines) return sendLines(reply, answer)
      if (answer instanceof Download) return sendDownload(reply, answer)
      return sendJson(request, reply, answer)
    },
  })
}

function callOf(request: FastifyRequest, user: User, { body: names = [] }: Route) {
  const body = (request.body ?? {}) as Record<string, unknown>
  const wrong = names.find((name) => typeof body[name] !== 'string')
  if (wrong !== undefined) throw new Refused(400, `${wrong}: expected a text`)
  const params = request.params as Record<string, string>
  return { user, params, query: request.query as Record<string, unknown>, body }
}

/** With an ETag, so that what did not change is not sent again. */
function sendJson(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  const body = JSON.stringify(value ?? {})
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  reply.headers({ etag, 'cache-control': 'no-cache, private' })
  if (request.method === 'GET' && request.headers['if-none-match'] === etag) {
    return reply.code(304).send()
  }
  return reply.type('application/json; charset=utf-8').send(body)
}

/** Every path that is no file is a view of the page. */
function servePage(server: FastifyInstance, assets: ReadonlyMap<string, Asset>): void {
  server.get('/*', (request, reply) => {
    const [path = ''] = request.url.split('?')
    if (path.startsWith('/api/')) return problem(reply, 404, 'no such path')
    const asset = assets.get(path)
    if (asset === undefined && path.startsWith('/assets/'))
      return problem(reply, 404, 'no such file')
    const { body, type, isHashed } = asset ?? assets.get('/index.html')!
    const caching = isHashed ? 'public, max-age=31536000, immutable' : 'no-cache'
    return reply.header('cache-control', caching).type(type).send(body)
  })
}

export function senderOf({ headers, socket }: FastifyRequest): Sender {
  return { headers, address: socket.remoteAddress ?? '' }
}

export function problem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ status, detail }))
}
