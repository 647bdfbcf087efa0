import { describe, expect, it } from 'vitest'
import { InventoryEventsError } from '../../../src/util/errors.ts'
import { until } from '../../support/stack.ts'
import { gateway, TOKEN, wastedEvent } from './gateway-kit.ts'
import { connectTo, headOf, talk, toldBy } from './raw-connection.ts'

const unavailable = () =>
  new InventoryEventsError('KAFKA_UNAVAILABLE', 'cannot write: secret-broker:9092 is away', {
    retryable: true,
  })

describe('an event that is not in Kafka', () => {
  it('gets 503 with Retry-After, without internal details', async () => {
    const kit = await gateway({ publish: () => Promise.reject(unavailable()) })
    const { status, headers, json } = await kit.webhook(wastedEvent())
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(JSON.stringify(json)).not.toContain('broker')
    expect(kit.failures).toMatchObject([{ code: 'KAFKA_UNAVAILABLE' }])
  })

  it('gets 503 when Kafka does not respond within the limit', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const kit = await gateway({ publish: () => promise })
    const answer = kit.webhook(wastedEvent())
    await until(() => kit.clock.pending === 1, { what: 'the event to be on its way' })
    await kit.clock.advance(10_000)
    expect((await answer).status).toBe(503)
    // It still holds its memory.
    expect(kit.budget.usedBytes).toBeGreaterThan(0)
    resolve()
    await until(() => kit.budget.usedBytes === 0, { what: 'the memory to be given back' })
  })

  it('gets 503 even if the others of its request are in Kafka', async () => {
    const kit = await gateway({
      publish: async ({ id }) => {
        if (id === 'b') throw unavailable()
      },
    })
    expect((await kit.webhook(['a', 'b', 'c'].map(wastedEvent))).status).toBe(503)
  })

  it('gets 413 and is named when it is too large for a record', async () => {
    const kit = await gateway({
      publish: async ({ id }) => {
        if (id === 'b') throw new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', 'too large')
      },
    })
    const { status, json } = await kit.webhook(['a', 'b', 'c'].map(wastedEvent))
    expect(status).toBe(413)
    expect(json.errors?.map(({ index }) => index)).toEqual([1])
    expect(kit.failures).toEqual([])
  })

  it('gets 500 on an unexpected error, which is reported', async () => {
    const kit = await gateway({ publish: () => Promise.reject(new TypeError('a defect')) })
    const { status, json } = await kit.webhook(wastedEvent())
    expect(status).toBe(500)
    expect(JSON.stringify(json)).not.toContain('defect"')
    expect(kit.failures).toEqual([new TypeError('a defect')])
  })
})

describe('before the body is read', () => {
  it('a request gets 503 while Kafka is unavailable', async () => {
    const kit = await gateway()
    kit.setTrouble('away')
    expect(await talk(kit.url, headOf(50_000))).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 5\r\n/)
    kit.setTrouble(undefined)
    expect((await kit.webhook(wastedEvent())).status).toBe(202)
  })

  it('a request gets 429 while too many bytes are in flight', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const kit = await gateway({ maxRouteBytes: 60_000, publish: () => promise })
    const first = kit.events({ event: 'a.b', args: ['x'.repeat(45_000)] })
    await until(() => kit.budget.usedBytes > 45_000, { what: 'the first to be held' })
    expect(await talk(kit.url, headOf(20_000))).toMatch(/^HTTP\/1.1 429 [\s\S]*retry-after: 1\r\n/)
    resolve()
    expect((await first).status).toBe(202)
    expect((await kit.events({ event: 'a.b' })).status).toBe(202)
    await until(() => kit.budget.usedBytes === 0, { what: 'all of it to be given back' })
  })

  it('one that is too large gets 413, an unauthorised one 401', async () => {
    const kit = await gateway()
    expect(await talk(kit.url, headOf(100_001))).toMatch(/^HTTP\/1.1 413 /)
    expect(await talk(kit.url, headOf(100_001).replace(TOKEN, 'x'))).toMatch(/^HTTP\/1.1 401 /)
  })
})

it('checks path and method before the body', async () => {
  const kit = await gateway()
  const ask = (method: string, path: string) =>
    fetch(kit.url + path, { method, headers: { 'content-type': 'text/plain' } })
  const get = await ask('GET', '/webhooks/inventory?x=1')
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  expect((await ask('DELETE', '/events')).status).toBe(405)
  expect((await ask('POST', '/openapi.json')).headers.get('allow')).toBe('GET, HEAD')
  expect((await ask('GET', '/readyz')).status).toBe(404)
  expect((await ask('POST', '/webhook')).status).toBe(404)
  expect(kit.answered).toContain('none 404')
})

describe('a stop', () => {
  it('finishes requests in flight, and refuses new ones', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const kit = await gateway({ publish: () => promise })
    const begun = kit.webhook(wastedEvent())
    await until(() => kit.clock.pending === 1, { what: 'the event to be on its way' })
    const closed = kit.server.close(20_000)
    await expect(kit.webhook(wastedEvent())).rejects.toThrow('fetch failed')
    resolve()
    const { status, headers } = await begun
    expect([status, headers.get('connection')]).toEqual([202, 'close'])
    expect(await closed).toBe('drained')
  })

  it('accepts a request whose body is still arriving', async () => {
    const kit = await gateway()
    const body = '{"event":"a.b"}'
    const socket = connectTo(kit.url)
    socket.write(`${headOf(body.length)}${body.slice(0, 5)}`)
    await until(() => kit.budget.usedBytes > 0, { what: 'the request to begin' })
    const closed = kit.server.close(20_000)
    socket.write(body.slice(5))
    expect(await toldBy(socket)).toMatch(/^HTTP\/1.1 202 [\s\S]*connection: close\r\n/)
    expect(await closed).toBe('drained')
    expect(kit.published).toHaveLength(1)
  })

  it('closes unfinished connections at the limit', async () => {
    const kit = await gateway({ publish: () => new Promise(() => {}) })
    const begun = kit.webhook(wastedEvent())
    begun.catch(() => undefined)
    await until(() => kit.clock.pending === 1, { what: 'the event to be on its way' })
    const closed = kit.server.close(5_000)
    await kit.clock.advance(5_000)
    expect(await closed).toBe('limit')
    await expect(begun).rejects.toThrow('fetch failed')
  })
})
