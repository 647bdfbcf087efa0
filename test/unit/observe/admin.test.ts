import { request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Explanation } from '../../../src/explain/explanation.ts'
import type { AdminOptions } from '../../../src/observe/admin.ts'
import { startHttp } from '../../../src/observe/http.ts'
import { createMetrics } from '../../../src/observe/metrics.ts'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const TOKEN = 'the-token'
const NOW_MS = Date.parse('2026-01-31T08:00:00Z')

const explanation = (found: boolean) =>
  ({ id: 'e1', records: found ? [{}] : [], letters: [], redrives: [] }) as unknown as Explanation

async function setUp(options: Partial<AdminOptions> | undefined = {}) {
  const clock = new ManualClock(NOW_MS)
  const admin: AdminOptions = {
    token: () => TOKEN,
    clock,
    state: () => ({ version: '1.2.3' }) as never,
    explain: async () => explanation(true),
    ...options,
  }
  const { register } = createMetrics({ version: '1.2.3' })
  const health = { register, live: () => [], ready: () => [] }
  const server = await startHttp({ port: 0, ...health, ...(options && { admin }) })
  onTestFinished(() => server.close())
  const get = (path: string, authorization = `Bearer ${TOKEN}`) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { headers: { authorization } })
  return { get, clock, port: server.port }
}

it('takes the token that is valid by now', async () => {
  let token = 'former'
  const { get } = await setUp({ token: () => token })
  expect((await get('/admin/state')).status).toBe(401)
  token = TOKEN
  expect((await get('/admin/state')).status).toBe(200)
})

describe.each(['/admin/state', '/admin/events/e1'])('%s', (path) => {
  it('returns 404 without a token in the settings, and names the setting', async () => {
    const { server } = await none()
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
      headers: { authorization: 'Bearer undefined' },
    })
    expect(answer.status).toBe(404)
    const error = 'the admin routes are off: ADMIN_TOKEN is not set'
    expect(await answer.json()).toEqual({ error })
  })

  it('refuses parameters that it does not know', async () => {
    const { get } = await setUp()
    const answer = await get(`${path}?entty=ent_1`)
    expect(answer.status).toBe(400)
    const hint = path === '/admin/state' ? '' : ', did you mean entity?'
    expect(await answer.json()).toEqual({ error: `entty: no such parameter${hint}` })
    expect(await (await get(`${path}?x%1b%5b31m=1`)).text()).toContain('x\\\\x1b[31m: no such')
  })

  it.each(['', 'Bearer', 'Bearer wrong', `Basic ${TOKEN}`, TOKEN, `Bearer ${TOKEN}x`])(
    'is for nobody who says %j',
    async (authorization) => {
      const { get } = await setUp({
        explain: () => {
          throw new Error('it was asked')
        },
      })
      const answer = await get(path, authorization)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      expect(await answer.json()).toEqual({ error: 'expected the bearer token' })
    },
  )
})

async function none() {
  const { register } = createMetrics({ version: '1.2.3' })
  const health = { register, live: () => [], ready: () => [] }
  const server = await startHttp({ port: 0, ...health, admin: 'off' })
  onTestFinished(() => server.close())
  return { server }
}

it('/admin/state returns the state of the replica', async () => {
  const answer = await (await setUp()).get('/admin/state')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual({ version: '1.2.3' })
})

describe('/admin/events/ID', () => {
  it('searches for the event within the range', async () => {
    const asked: unknown[] = []
    const { get } = await setUp({
      async explain(id, range) {
        asked.push([id, range])
        return explanation(true)
      },
    })
    const id = `a/b c%${'x'.repeat(300)}`
    const answer = await get(
      `/admin/events/${encodeURIComponent(id)}?entity=ent_1&from=1h&to=2026-01-31T07:30:00Z`,
    )
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual(explanation(true))
    const range = { entity: 'ent_1', fromMs: NOW_MS - 3_600_000, toMs: NOW_MS - 1_800_000 }
    expect(asked).toEqual([[id, range]])
    await get('/admin/events/e1')
    expect(asked[1]).toEqual(['e1', {}])
  })

  it('returns 404, and where it searched, if nothing is found', async () => {
    const { get } = await setUp({ explain: async () => explanation(false) })
    const answer = await get('/admin/events/e1')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual(explanation(false))
  })

  it.each([
    ['from=yesterday', 'from: expected a time such as'],
    ['from=2999-01-01T00:00:00Z', 'from: expected a time that is not in the future'],
    ['from=1h&to=2h', 'from: expected a time before "to"'],
    ['to=', 'to: expected a time such as'],
    ['entity=a&entity=b', 'entity: expected a single value'],
  ])('rejects %s', async (query, error) => {
    const answer = await (await setUp()).get(`/admin/events/e1?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toEqual({ error: expect.stringContaining(error) })
  })

  it('runs one search at a time', async () => {
    const first = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const { get } = await setUp({
      explain() {
        begun.resolve()
        return first.promise.then(() => explanation(true))
      },
    })
    const slow = get('/admin/events/e1')
    await begun.promise
    const busy = await get('/admin/events/e2')
    expect(busy.status).toBe(429)
    expect(busy.headers.get('retry-after')).toBe('5')
    first.resolve()
    expect((await slow).status).toBe(200)
    expect((await get('/admin/events/e2')).status).toBe(200)
  })

  it('aborts at its limit', async () => {
    const begun = Promise.withResolvers<void>()
    const { get, clock } = await setUp({
      explain: (_id, _range, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('cut off')))
          begun.resolve()
        }),
    })
    const answer = get('/admin/events/e1')
    await begun.promise
    await clock.advance(60_000)
    expect((await answer).status).toBe(504)
    expect(await (await answer).json()).toEqual({ error: expect.stringContaining('narrow it') })
  })

  it('aborts when the client disconnects', async () => {
    const begun = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const { port } = await setUp({
      explain: (_id, _range, signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.resolve()
            reject(new Error('cut off'))
          })
          begun.resolve()
        }),
    })
    const headers = { authorization: `Bearer ${TOKEN}` }
    const asking = request({ port, host: '127.0.0.1', path: '/admin/events/e1', headers }).end()
    asking.on('error', () => undefined)
    await begun.promise
    asking.destroy()
    await aborted.promise
  })

  it.each([
    [new InventoryEventsError('KAFKA_UNAVAILABLE', 'Kafka is away', { retryable: true }), 503],
    [new Error('a defect'), 500],
  ])('reports what failed: %s', async (error, status) => {
    const { get } = await setUp({ explain: () => Promise.reject(error) })
    const answer = await get('/admin/events/e1')
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ error: error.message })
  })
})
