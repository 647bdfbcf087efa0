import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access, Sender } from '../access/access.ts'

export interface SessionOptions {
  access: Access
  isLocal: boolean
  origin: string | undefined
}

/** Logging in and out: the only routes without a role. */
export function sessionRoutes(server: FastifyInstance, options: SessionOptions): void {
  const { access, isLocal, origin } = options
  const secure = origin?.startsWith('https:') ? '; Secure' : ''
  server.get('/api/session', (request, reply) => {
    const user = access.userOf(sender(request))
    return reply.header('cache-control', 'no-store').send({ user: user ?? null, isLocal })
  })
  server.post('/api/session', async (request, reply) => {
    const { token } = (request.body ?? {}) as { token?: unknown }
    if (typeof token !== 'string') return refuse(reply, 400, 'token: expected a text')
    const result = await access.logIn(token)
    if (result === 'busy') return refuse(reply, 429, 'too many logins at once; try again')
    if (result === undefined) return refuse(reply, 401, 'nobody has this token')
    return reply
      .header('set-cookie', `${result.cookie}${secure}`)
      .send({ user: result.user, isLocal })
  })
  server.post('/api/session/end', (request, reply) =>
    reply.header('set-cookie', access.logOut(sender(request))).send({ user: null, isLocal }),
  )
}

function sender({ headers, socket }: FastifyRequest): Sender {
  return { headers, address: socket.remoteAddress ?? '' }
}

function refuse(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ status, detail }))
}
