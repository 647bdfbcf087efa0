import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { moved, wasted } from '../support/events.ts'
import { gatewaySettings, openGateway, TOKEN } from '../support/gateway.ts'
import { readTopic } from '../support/read-topic.ts'
import { recorder } from '../support/recorder.ts'
import { scrape, situation, total } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('delivers webhooks and plugin events to plugins, each once even if it is sent twice', async () => {
  const { plugin, seen } = recorder()
  const s = await situation({ registered: true, plugins: [plugin] })
  const { webhook, events, httpPort } = await openGateway(gatewaySettings(s.topic))
  const unknown = { id: 'u1', kind: 'order.new', time: '2024-01-15T10:30:00Z', entityId: 'ent_1' }
  const inventory = [moved('ent_1', 1, 'e1'), wasted('ent_2', 'e2'), unknown]
  const lines = inventory.map((event) => JSON.stringify(event)).join('\n')
  const sent = { event: 'stockitem.moved', kwargs: { id: 7 } }
  const key = { 'idempotency-key': 'order-7' }
  for (let time = 0; time < 2; time++) {
    expect(await (await webhook(inventory[0])).json()).toEqual({ ids: ['e1'] })
    expect(await (await webhook(inventory)).json()).toEqual({ ids: ['e1', 'e2', 'u1'] })
    const type = { 'content-type': 'application/x-ndjson' }
    expect((await webhook(lines, type)).status).toBe(202)
    expect(await (await events(sent, key)).json()).toEqual({ ids: ['order-7'] })
  }

  const service = await s.start()
  await s.caughtUp()
  expect(seen.map(({ id }) => id).sort()).toEqual(['e1', 'e2', 'order-7', 'u1'])
  expect(seen).toEqual(expect.arrayContaining(inventory))
  expect(await service.metric('idempotency_conflicts_total')).toBe(0)
  expect(await s.letters()).toEqual([])

  const metrics = await scrape(httpPort)
  expect(total(metrics, 'published_total')).toBe(16)
  expect(total(metrics, 'gateway_requests_total{route="/events",status="202"}')).toBe(2)
  expect(total(metrics, 'gateway_unknown_kinds_total')).toBe(4)
})

it('accepts an event that looks mistyped, logs and counts it', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const { webhook, httpPort, log } = await openGateway(gatewaySettings(s.topic))
  const event = { ...wasted('ent_1', 'e1'), kind: 'inventory.waisted' }
  expect((await webhook(event)).status).toBe(202)
  const line = log()
    .split('\n')
    .find((each) => each.includes('looks mistyped'))
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    level: 40,
    eventId: 'e1',
    err: { message: 'inventory.waisted is unknown, did you mean inventory.wasted?' },
  })
  expect(total(await scrape(httpPort), 'gateway_mistyped_kinds_total')).toBe(1)
})

it('writes signed events keyed by entity, and nothing of a list with an invalid event', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const { webhook, events, httpPort, log } = await openGateway(gatewaySettings(s.topic))
  const text = JSON.stringify({ ...wasted('Größe', 'e1'), time: '2024-01-15T11:30:00.120+01:00' })
  const spaced = text.replaceAll(',', ' ,\n ')
  expect((await webhook(spaced)).status).toBe(202)
  expect((await webhook([wasted('ent_1'), { ...wasted('ent_2'), entityId: 7 }])).status).toBe(422)
  expect((await events([{ event: 'a.b' }, { event: 7 }])).status).toBe(422)
  expect((await webhook(wasted('ent_1'), { 'x-tracktile-signature': 't=1,v1=2' })).status).toBe(401)
  const refused = log()
    .split('\n')
    .filter((line) => line.includes('request rejected'))
  expect(refused).toEqual([
    expect.stringContaining('422 /webhooks/inventory: 1 event is invalid'),
    expect.stringContaining('422 /events: 1 event is invalid'),
    expect.stringContaining('401 /webhooks/inventory: X-Tracktile-Signature: '),
  ])
  expect(log()).not.toContain('ent_')
  const took = 'gateway_request_seconds_count{route="/webhooks/inventory"}'
  expect(total(await scrape(httpPort), took)).toBe(3)
  const records = await readTopic(s.topic)
  expect(records.map(({ key, headers }) => [`${key}`, `${headers?.ce_id}`])).toEqual([
    ['Größe', 'e1'],
  ])
  expect(records[0]!.headers).toMatchObject({
    ce_time: Buffer.from('2024-01-15T10:30:00.120Z'),
    ce_source: Buffer.from('/inventory-events/gateway'),
  })
})

it('returns 413 for an event that Kafka rejects, and accepts the others of the request', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const { webhook } = await openGateway(gatewaySettings(s.topic))
  const large = { ...wasted('ent_1', 'large'), reason: 'x'.repeat(1_500_000) }
  const answer = await webhook([wasted('ent_1', 'small'), large])
  expect(answer.status).toBe(413)
  expect(((await answer.json()) as { errors: object[] }).errors).toMatchObject([{ index: 1 }])
  const records = await readTopic(s.topic)
  expect(records.map(({ headers }) => `${headers?.ce_id}`)).toEqual(['small'])
})

it('returns 429 while too much is in flight, and 415 for unsupported media types', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const { webhook, events, port } = await openGateway({
    ...gatewaySettings(s.topic),
    GATEWAY_MAX_IN_FLIGHT_BYTES: '1048576',
    GATEWAY_MAX_BODY_BYTES: '262144',
  })
  const held = connect(port, '127.0.0.1')
  const head = `host: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json`
  const request = `POST /events HTTP/1.1\r\n${head}\r\ncontent-length: 250000\r\n\r\n${' '.repeat(249_000)}`
  held.write(request)
  const second = connect(port, '127.0.0.1')
  second.write(request)
  const large = { event: 'a.b', kwargs: { text: 'x'.repeat(100_000) } }
  const answer = await until(
    async () => {
      const response = await events(large)
      return response.status === 429 ? response : undefined
    },
    { what: 'the gateway to be full' },
  )
  expect(answer.headers.get('retry-after')).toBe('1')
  held.destroy()
  second.destroy()
  const isIn = async () => (await events(large)).status === 202
  await until(isIn, { what: 'the gateway to have room again' })
  expect((await webhook(wasted('ent_1'), { 'content-type': 'text/plain' })).status).toBe(415)
})

it('can be watched while senders hold every connection that they may have', async () => {
  const s = await situation({ registered: true, plugins: [] })
  const { webhook, port, httpUrl } = await openGateway({
    ...gatewaySettings(s.topic),
    GATEWAY_MAX_CONNECTIONS: '3',
  })
  const idle = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'))
  const isShut = async () => (await webhook(wasted('ent_1')).catch(() => undefined)) === undefined
  await until(isShut, { what: 'the gateway to take no more connections' })
  for (const path of ['/livez', '/readyz', '/metrics']) {
    expect((await fetch(httpUrl + path)).status).toBe(200)
  }
  for (const socket of idle) socket.destroy()
  await until(async () => !(await isShut()), { what: 'the gateway to take connections again' })
})
