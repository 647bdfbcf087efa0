import { describe, expect, it } from 'vitest'
import { signed } from '../../support/sign.ts'
import { gateway, NOW_MS, SECRETS, wastedEvent } from './gateway-kit.ts'

const LINES = { 'content-type': 'application/x-ndjson' }

describe('POST /webhooks/inventory', () => {
  it('returns 202 with the id once the event is acknowledged', async () => {
    const { webhook, published, answered } = await gateway()
    const { status, json } = await webhook(wastedEvent('evt_7'))
    expect({ status, json }).toEqual({ status: 202, json: { ids: ['evt_7'] } })
    expect(published).toEqual([wastedEvent('evt_7')])
    expect(answered).toEqual(['/webhooks/inventory 202'])
  })

  it('verifies the raw bytes, not JSON that was serialised again', async () => {
    const { webhook, post, published } = await gateway()
    const body = `{ "time":"2024-01-15T10:30:00.000Z",\n${JSON.stringify(wastedEvent()).slice(1)} `
    expect((await webhook(body)).status).toBe(202)
    expect(published).toHaveLength(1)
    const rewritten = JSON.stringify(JSON.parse(body))
    const headers = signed(SECRETS[0]!, body, NOW_MS)
    expect((await post('/webhooks/inventory', rewritten, headers)).status).toBe(401)
  })

  it('returns 401 for a wrong signature or timestamp', async () => {
    const { webhook, post, published, clock } = await gateway()
    const body = JSON.stringify(wastedEvent())
    const headers = [
      {},
      signed('no-secret-of-ours', body, NOW_MS),
      signed(SECRETS[0]!, body, NOW_MS - 301_000),
      signed(SECRETS[0]!, body, NOW_MS + 301_000),
      { 'x-tracktile-signature': `t=${NOW_MS / 1000},v1=abc` },
    ]
    for (const each of headers) {
      const { status, json, headers: got } = await post('/webhooks/inventory', body, each)
      expect(status).toBe(401)
      expect(json).toMatchObject({ title: 'Not authorised', status: 401 })
      expect(got.get('content-type')).toMatch('application/problem+json')
      for (const secret of SECRETS) expect(JSON.stringify(json)).not.toContain(secret)
    }
    await clock.advance(299_000)
    expect((await webhook(body, signed(SECRETS[0]!, body, NOW_MS))).status).toBe(202)
    expect(published).toHaveLength(1)
  })

  it('accepts unsigned webhooks without secrets', async () => {
    const { post } = await gateway({ isOpen: true })
    const body = JSON.stringify(wastedEvent())
    expect((await post('/webhooks/inventory', body, {})).status).toBe(202)
  })

  it('accepts a list and JSON Lines, and returns the ids in their order', async () => {
    const { webhook, published } = await gateway()
    const events = ['a', 'b', 'c'].map(wastedEvent)
    expect((await webhook(events)).json).toEqual({ ids: ['a', 'b', 'c'] })
    const lines = `${events.map((event) => JSON.stringify(event)).join('\r\n\n')}\n`
    for (const type of ['application/x-ndjson', 'Application/JSONL; charset=utf-8']) {
      expect((await webhook(lines, { 'content-type': type })).json).toEqual({
        ids: ['a', 'b', 'c'],
      })
    }
    expect(published).toHaveLength(9)
  })

  it('rejects a list with a bad event as a whole, and names each bad field', async () => {
    const { webhook, published } = await gateway()
    const bad = { ...wastedEvent('b'), entityId: 12, time: 'yesterday', colour: 'red' }
    const { status, json } = await webhook([wastedEvent('a'), bad, { name: 'x', id: 'y' }, 7])
    expect(status).toBe(422)
    expect(json.errors).toEqual([
      {
        index: 1,
        field: 'time',
        expected: expect.stringContaining('RFC 3339'),
        got: '"yesterday"',
      },
      { index: 1, field: 'entityId', expected: 'a string', got: '12' },
      { index: 1, field: 'colour', expected: 'no such field', got: '"red"' },
      { index: 2, field: 'time', expected: expect.any(String), got: 'nothing' },
      { index: 3, field: '', expected: 'an object', got: '7' },
    ])
    expect(json.detail).toBe('3 events are invalid; nothing of the request was published')
    expect(published).toEqual([])
  })

  it('rejects a plugin event, which has no kind', async () => {
    const { webhook } = await gateway()
    const event = { id: 'p', name: 'stockitem.moved', time: '2024-01-15T10:30:00Z' }
    expect((await webhook(event)).json.errors).toMatchObject([{ index: 0, field: 'kind' }])
  })

  it('accepts a kind without a schema, and counts it', async () => {
    const { webhook, published, unknownKinds } = await gateway()
    const event = {
      id: 'evt_9',
      kind: 'order.status.changed',
      time: '2024-01-15T10:30:00Z',
      orderId: 'ord_1',
    }
    expect(await webhook([event, wastedEvent()])).toMatchObject({ status: 202 })
    expect(published[0]).toEqual(event)
    expect(unknownKinds()).toBe(1)
  })

  it('accepts a mistyped kind, and says what was meant', async () => {
    const { webhook, published, unknownKinds, mistyped } = await gateway()
    const event = { ...wastedEvent(), id: 'evt_9', kind: 'inventory.waisted' }
    expect(await webhook([event, wastedEvent()])).toMatchObject({ status: 202 })
    expect(published[0]).toEqual(event)
    expect(unknownKinds()).toBe(1)
    expect(mistyped).toEqual(['evt_9: inventory.wasted'])
  })

  it.each([
    ['no JSON', '{', {}],
    ['no bytes', '', {}],
    ['an empty list', '[]', {}],
    ['blank lines only', '\n \n', LINES],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}],
    ['an integer that would be changed', '{"id":9007199254740993}', {}],
  ])('returns 422 for %s', async (_what, body, headers) => {
    const { webhook, published } = await gateway()
    const { status, json } = await webhook(body, headers)
    expect({ status, detail: json.detail }).toEqual({
      status: 422,
      detail: expect.stringMatching(
        /^the body: expected .+, got .+; nothing of the request was published$/,
      ),
    })
    expect(published).toEqual([])
  })

  it('names the line that is not JSON', async () => {
    const { webhook } = await gateway()
    const { json } = await webhook(`${JSON.stringify(wastedEvent())}\n\n{"id":\n`, LINES)
    expect(json.errors).toMatchObject([{ index: 1, field: '', expected: 'JSON' }])
  })

  it('returns 413 for too many bytes or events', async () => {
    const { webhook, published } = await gateway({ maxBodyBytes: 1_000, maxEvents: 2 })
    const large = await webhook({ ...wastedEvent(), reason: 'x'.repeat(1_000) })
    expect([large.status, large.json.detail]).toEqual([413, 'the body exceeds 1000 bytes'])
    const many = await webhook(['a', 'b', 'c'].map(wastedEvent))
    expect([many.status, many.json.detail]).toEqual([413, 'the request has more than 2 events'])
    expect(published).toEqual([])
  })

  it.each([
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/cloudevents+json' },
    { 'content-encoding': 'gzip' },
  ])('returns 415 for %j', async (headers) => {
    const { webhook } = await gateway()
    expect(await webhook(wastedEvent(), headers as never)).toMatchObject({
      status: 415,
      json: { detail: expect.stringContaining('application/x-ndjson') },
    })
  })
})
