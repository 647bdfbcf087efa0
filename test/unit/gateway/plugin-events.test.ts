import { describe, expect, it } from 'vitest'
import { gateway, TOKEN } from './gateway-kit.ts'

const sent = (more: object = {}) => ({ event: 'stockitem.moved', kwargs: { id: 7 }, ...more })

describe('POST /events', () => {
  it('accepts an event, with its time in UTC', async () => {
    const { events, published } = await gateway()
    const event = sent({ args: [1], id: 'e1', time: '2024-02-03T04:05:06+01:00' })
    expect(await events(event)).toMatchObject({ status: 202, json: { ids: ['e1'] } })
    expect(published).toEqual([
      {
        id: 'e1',
        name: 'stockitem.moved',
        time: '2024-02-03T03:05:06Z',
        args: [1],
        kwargs: { id: 7 },
      },
    ])
  })

  it('accepts a mistyped name, and says what was meant', async () => {
    const { events, mistyped } = await gateway()
    expect(await events(sent({ event: 'stockitem.movd', id: 'e1' }))).toMatchObject({ status: 202 })
    expect(await events(sent({ event: 'my_app.event', id: 'e2' }))).toMatchObject({ status: 202 })
    expect(mistyped).toEqual(['e1: stockitem.moved'])
  })

  it('gives an event without an id a new one each time', async () => {
    const { events, published } = await gateway()
    const first = await events(sent())
    const second = await events([sent(), sent()])
    const ids = [...first.json.ids!, ...second.json.ids!]
    expect(new Set(ids).size).toBe(3)
    expect(ids[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-7/)
    expect(published.map(({ id }) => id)).toEqual(ids)
    expect(published[0]).toMatchObject({ time: '2024-01-15T10:30:00Z', args: [] })
  })

  it('uses the Idempotency-Key as the id, in a list with the index of the event', async () => {
    const { events } = await gateway()
    const key = { 'idempotency-key': '"order-7"' }
    expect((await events(sent(), key)).json.ids).toEqual(['order-7'])
    const list = [sent(), sent({ id: 'own' }), sent()]
    expect((await events(list, key)).json.ids).toEqual(['order-7:0', 'own', 'order-7:2'])
  })

  it('creates the same event when the request is retried later', async () => {
    const { events, published, clock } = await gateway()
    for (const headers of [{ 'idempotency-key': 'k' }, {}]) {
      await events(sent({ ...(headers['idempotency-key'] ? {} : { id: 'own' }) }), headers as never)
      await clock.advance(1_000)
    }
    await events(sent(), { 'idempotency-key': 'k' })
    await events(sent({ id: 'own' }))
    expect(published[2]).toEqual(published[0])
    expect(published[3]).toEqual(published[1])
  })

  it('answers 422 to ids, names and keys of more than 1,024 bytes', async () => {
    const { events, published } = await gateway()
    const long = 'x'.repeat(1_025)
    const { status, json } = await events([
      ...[{ event: long }, sent({ id: long }), sent({ kwargs: { id: long } })],
      ...[sent({ id: 'x'.repeat(1_024) })],
    ])
    expect(status).toBe(422)
    expect(json.errors?.map(({ index, field }) => [index, field])).toEqual([
      [0, 'event'],
      [1, 'id'],
      [2, ''],
    ])
    expect(published).toEqual([])
  })

  it('returns 422 for an invalid key, and names each bad field as it was sent', async () => {
    const { events, published } = await gateway()
    for (const key of ['', ' ', 'a b', 'x'.repeat(256), '"']) {
      expect((await events(sent(), { 'idempotency-key': key })).status).toBe(422)
    }
    const bad = { event: '', args: {}, kwargs: [], id: 7, time: 'now', kind: 'inventory.moved' }
    const { json } = await events([sent(), bad])
    expect(json.errors?.map(({ index, field }) => `${index} ${field}`)).toEqual([
      ...['1 event', '1 args', '1 kwargs', '1 id', '1 time', '1 kind'],
    ])
    expect(published).toEqual([])
  })

  it('returns 401 without the token', async () => {
    const { events, published } = await gateway()
    for (const authorization of ['', TOKEN, `Basic ${TOKEN}`, `Bearer ${TOKEN}x`, 'Bearer x']) {
      const { status, headers, json } = await events(sent(), { authorization })
      expect(status).toBe(401)
      expect(headers.get('www-authenticate')).toBe('Bearer')
      expect(JSON.stringify(json)).not.toContain(TOKEN)
    }
    expect((await events(sent(), { authorization: `bearer ${TOKEN}` })).status).toBe(202)
    expect(published).toHaveLength(1)
  })
})
