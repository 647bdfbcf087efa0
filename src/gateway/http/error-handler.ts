import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { isProblemStatus, type ProblemDetails, problemDocument } from './problem-details.ts'

const sent = new WeakMap<FastifyReply, ProblemDetails>()

/** Sends an error as `application/problem+json`. */
export function sendProblem(reply: FastifyReply, refusal: ProblemDetails): FastifyReply {
  sent.set(reply, refusal)
  return reply
    .code(refusal.status)
    .headers(refusal.headers ?? {})
    .type('application/problem+json')
    .send(problemDocument(refusal))
}

/** The problem that was sent as this reply, if any. */
export function problemIn(reply: FastifyReply): ProblemDetails | undefined {
  return sent.get(reply)
}

export function tooManyBytes(maxBodyBytes: number): ProblemDetails {
  return { status: 413, detail: `the body exceeds ${maxBodyBytes} bytes` }
}

export interface ErrorOptions {
  /** Called with unexpected errors. */
  onDefect(error: unknown): void
}

/** Turns fastify's errors and unexpected ones into problem documents. */
export function registerErrorHandler(server: FastifyInstance, options: ErrorOptions): void {
  server.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500 && isProblemStatus(status)) {
      return sendProblem(reply, { status, detail: status === 415 ? MEDIA_TYPES : error.message })
    }
    options.onDefect(error)
    return sendProblem(reply, { status: 500, detail: 'internal error; see the log of the gateway' })
  })
}

export const MEDIA_TYPES =
  'expected application/json, application/x-ndjson or application/jsonl, uncompressed'

export const BAD_PATH: ProblemDetails = {
  status: 400,
  detail: 'the path: expected valid percent-encoding',
}

const NO_HOST: ProblemDetails = { status: 400, detail: 'Host: required, got nothing' }

/** Rejects a missing host (400), unknown paths (404) and methods (405) before the body is read. */
export function refuseStrayRequests(server: FastifyInstance): void {
  const methods = new Map<string, string[]>()
  server.addHook('onRoute', ({ method, url }) => {
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()])
  })
  server.addHook('onRequest', async (request, reply) => {
    const { headers, raw } = request
    if (headers.host === undefined && raw.httpVersion === '1.1') return sendProblem(reply, NO_HOST)
    if (!request.is404) return
    const [path = ''] = request.url.split('?')
    const allowed = methods.get(path)?.join(', ')
    if (allowed === undefined) return sendProblem(reply, { status: 404, detail: 'no such path' })
    const detail = `expected ${allowed}`
    return sendProblem(reply, { status: 405, detail, headers: { allow: allowed } })
  })
}
