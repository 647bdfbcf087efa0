import autocannon, { type Instance, type Options, type Result } from 'autocannon'
import { waitUntil } from '../../src/dev/stack/process/poll.ts'
import { wasted } from '../support/events.ts'
import { signed } from '../support/sign.ts'
import { SECRET } from './prepare.ts'

/** What was answered to each event that was sent. */
export interface Sent {
  /** By id; an id without an answer is not in it. */
  statuses: Map<string, number>
  /** Requests that broke off or ran into the client's own limit. */
  errors: number
  /** Answers with 429 or 503 that did not say when to come again. */
  withoutRetryAfter: number
  seconds: number
  latencyMs: { p50: number; p99: number; max: number }
}

const WAIT_MS = 180_000
/** It ends by itself only when nobody stops it. */
const LIMIT_SECONDS = 900

/** Sends one event after the other by each connection, each with an id of its own. */
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
  // Whoever stops it hears of an error.
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

/** Names of headers come as they were sent, in pairs with their values. */
function hasRetryAfter(headers: unknown): boolean {
  return JSON.stringify(headers).toLowerCase().includes('retry-after')
}
