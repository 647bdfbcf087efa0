// Sends signed webhooks on several connections, one request at a time on each.
import autocannon, { type Options, type Result } from 'autocannon'
import { signed } from '../../test/support/sign.ts'
import { jobOf, tell } from '../lib/child.ts'
import { createStream, type StreamOptions } from '../lib/events.ts'

export interface RequestsJob extends StreamOptions {
  port: number
  secret: string
  connections: number
  requests: number
  eventsEach: number
}

/** What the server did with them. */
export interface Responses {
  /** From the first request to the last response: autocannon itself ends by the second. */
  wallMs: number
  p99Ms: number
  /** Other responses than 202, and none. */
  failed: number
}

/** Bodies are made and signed before, so that this process takes little of the machine meanwhile. */
const BODIES = 200

const job = jobOf<RequestsJob>()
const next = createStream(job)
const bodies = Array.from({ length: BODIES }, () => {
  const body = JSON.stringify(Array.from({ length: job.eventsEach }, next))
  return { body, headers: { 'content-type': 'application/json', ...signed(job.secret, body) } }
})
let sent = 0
let lastMs = 0
const startMs = performance.now()
const options: Options = {
  url: `http://127.0.0.1:${job.port}`,
  connections: job.connections,
  amount: job.requests,
  requests: [
    {
      method: 'POST',
      path: '/webhooks/inventory',
      setupRequest: (request) => ({ ...request, ...bodies[sent++ % BODIES] }),
    },
  ],
}
const result = await new Promise<Result>((resolve, reject) => {
  const running = autocannon(options, (error, ended) => (error ? reject(error) : resolve(ended)))
  running.on('response', () => {
    lastMs = performance.now()
  })
})
const failed = job.requests - (result.statusCodeStats?.['202']?.count ?? 0)
tell({ wallMs: lastMs - startMs, p99Ms: result.latency.p99, failed } satisfies Responses)
