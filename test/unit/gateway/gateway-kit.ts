import { onTestFinished } from 'vitest'
import type { Event } from '../../../src/event/event.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { createAcceptor } from '../../../src/gateway/accept-events.ts'
import { createStamp } from '../../../src/gateway/fill-id-and-time.ts'
import { createRouteBudgets } from '../../../src/gateway/http/byte-budget.ts'
import { pluginRoute } from '../../../src/gateway/plugin-route.ts'
import { type GatewayResponse, startServer } from '../../../src/gateway/server.ts'
import { webhookRoute } from '../../../src/gateway/webhook-route.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { signed } from '../../support/sign.ts'

export const SECRETS = ['first-secret', 'second-secret']
export const TOKEN = 'the-token'
export const NOW_MS = Date.parse('2024-01-15T10:30:00Z')

export const wastedEvent = (id = 'evt_1') => ({
  id,
  kind: 'inventory.wasted',
  time: '2024-01-15T10:30:00Z',
  transactionId: 'txn_1',
  flowId: 'flow_1',
  entityId: 'ent_1',
})

export interface KitOptions {
  /** Accepts unsigned webhooks. */
  isOpen?: boolean
  maxBodyBytes?: number
  maxEvents?: number
  maxRouteBytes?: number
  requestTimeoutMs?: number
  maxConnections?: number
  /** Settles each event; by default it is acknowledged at once. */
  publish?(event: Event): Promise<void>
}

/** A gateway on a free port, with a function in place of Kafka. */
export async function gateway(options: KitOptions = {}) {
  const { publish = async () => {}, maxBodyBytes = 100_000 } = options
  const secrets = options.isOpen ? undefined : () => SECRETS
  const clock = new ManualClock(NOW_MS)
  const routes = [
    webhookRoute({ kinds: INVENTORY_KINDS, secrets, toleranceMs: 300_000, clock }),
    pluginRoute({
      kinds: INVENTORY_KINDS,
      token: () => TOKEN,
      mint: createStamp(() => clock.now()),
    }),
  ]
  const paths = routes.map(({ path }) => path)
  const budget = createRouteBudgets(paths, 2 * (options.maxRouteBytes ?? 500_000))
  const published: Event[] = []
  const failures: unknown[] = []
  const answered: string[] = []
  const answers: GatewayResponse[] = []
  let unknownKinds = 0
  const mistyped: string[] = []
  let trouble: string | undefined
  const server = await startServer({
    port: 0,
    kinds: INVENTORY_KINDS,
    clock,
    budgets: budget,
    routes,
    maxBodyBytes,
    maxEvents: options.maxEvents ?? 10,
    maxConnections: options.maxConnections ?? 100,
    requestTimeoutMs: options.requestTimeoutMs ?? 10_000,
    take: createAcceptor({
      kinds: INVENTORY_KINDS,
      clock,
      deliveryTimeoutMs: 10_000,
      publisher: {
        submit(event, settled) {
          void publish(event)
            .then(() => void published.push(event))
            .then(() => settled(), settled)
          return undefined
        },
      },
      onFailure: (error) => failures.push(error),
      onUnknownKinds: (count) => {
        unknownKinds += count
      },
      onMistyped: ({ id }, meant) => void mistyped.push(`${id}: ${meant}`),
    }),
    trouble: () => trouble,
    onResponse(each) {
      answered.push(`${each.route} ${each.status}`)
      answers.push(each)
    },
    onDefect: (error) => failures.push(error),
  })
  onTestFinished(async () => void (await Promise.all([server.close(0), clock.advance(60_000)])))
  const url = `http://127.0.0.1:${server.port}`

  async function post(path: string, body: string | Buffer, headers: Record<string, string>) {
    const response = await fetch(url + path, {
      method: 'POST',
      body: body as string,
      headers: { 'content-type': 'application/json', ...headers },
    })
    const json = (await response.json()) as Answer
    return { status: response.status, headers: response.headers, json }
  }

  return {
    ...{ url, server, clock, budget, published, failures, mistyped, answered, answers, post },
    unknownKinds: () => unknownKinds,
    setTrouble(why: string | undefined) {
      trouble = why
    },
    /** Signs and sends the body; values other than strings and buffers as JSON. */
    webhook(body: unknown, headers: Record<string, string> = {}) {
      const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
      const signature = signed(SECRETS[1]!, bytes, clock.now())
      return post('/webhooks/inventory', bytes, { ...signature, ...headers })
    },
    events(body: unknown, headers: Record<string, string> = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return post('/events', text, { authorization: `Bearer ${TOKEN}`, ...headers })
    },
  }
}

export interface Answer {
  ids?: string[]
  status?: number
  detail?: string
  errors?: { index: number; field: string; expected: string; got: string }[]
}
