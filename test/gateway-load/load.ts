import autocannon, { type Instance, type Options, type Result } from 'autocannon'
import { waitUntil } from '../../src/dev/stack/process/poll.ts'
import { wasted } from '../support/events.ts'
import { signed } from '../support/sign.ts'
import { SECRET } from './prepare.ts'

/** The responses to the events sent. */
export interface Sent {
  /** The status by event id, for ids with a response. */
  statuses: Map<string, number>
  /** Requests that failed or timed out in the client. */
  errors: number
  /** Responses 429 or 503 without Retry-After. */
  withoutRetryAfter: number
  seconds: number
  latencyMs: { p50: number; p99: number; max: number }
}

const WAIT_MS = 180_000
/** The maximum duration, unless stopped earlier. */
const LIMIT_SECONDS = 900

/** Sends events sequentially on each connection, each with a unique id. */
export function startLoad(port: number, connections: number) {
  const statuses = new Map<string, number>()
  let next = 0
  let withoutRetryAfter = 0

  const options = {
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: LIMIT_SECONDS,
    timeout: 30,
    requests: [
      {
        method: 'POST',
        path: '/webhooks/inventory',
        setupRequest(request, context) {
          const id = `sent-${next++}`
          Object.assign(context, { id })
          const body = JSON.stringify(wasted(`ent_${next % 500}`, id))
          const headers = { 'content-type': 'application/json', ...signed(SECRET, body) }
          return { ...request, body, headers }
        },
        onResponse(status, _body, context, headers) {
          statuses.set((context as { id: string }).id, status)
          if ((status === 503 || status === 429) && !hasRetryAfter(headers)) withoutRetryAfter++
        },
      },
    ],
  } satisfies Options
  let instance: Instance | undefined
  const ended = new Promise<Result>((resolve, reject) => {
    instance = autocannon(options, (error, result) => (error ? reject(error) : resolve(result)))
  })
  // An error is reported by `stop`.
  ended.catch(() => undefined)

  function counted(statusWanted: number): number {
    return [...statuses.values()].filter((status) => status === statusWanted).length
  }

  async function more(status: number, count: number): Promise<void> {
    const before = counted(status)
    const isSo = async () => counted(status) >= before + count
    if (await waitUntil(isSo, { timeoutMs: WAIT_MS })) return
    throw new Error(`waited ${WAIT_MS / 1000} s for ${count} more answers with ${status}`)
  }

  return {
    after: (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000)),
    taken: (count: number) => more(202, count),
    refused: (count: number) => more(503, count),
    async stop(): Promise<Sent> {
      instance?.stop()
      const { errors, duration, latency } = await ended
      const { p50, p99, max } = latency
      return {
        statuses,
        errors,
        withoutRetryAfter,
        seconds: duration,
        latencyMs: { p50, p99, max },
      }
    },
  }
}

/** Finds a header in a raw list of alternating names and values. */
function hasRetryAfter(headers: unknown): boolean {
  return JSON.stringify(headers).toLowerCase().includes('retry-after')
}
