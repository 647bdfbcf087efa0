import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import { openPublisher } from '../../src/publisher.ts'
import { openGateway } from '../support/gateway.ts'
import { readTopic } from '../support/read-topic.ts'
import { runCli } from '../support/run-cli.ts'
import { failureIn, serve } from '../support/serve.ts'
import { endpoints, uniqueName, until } from '../support/stack.ts'

const topic = uniqueName('orders')
const others = uniqueName('others')
const group = uniqueName('group')
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'own-kinds-')))
const schemas = join(folder, 'schemas')
const effects = join(folder, 'effects.jsonl')
const repaired = join(folder, 'repaired')

const PLUGIN = `
import { appendFileSync, existsSync } from 'node:fs'
import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'orders',
  wants: ['order.placed'],
  where: { exact: { 'data.status': 'paid' } },
  retry: { maxAttempts: 1 },
  processEvent(event, { record }) {
    const { id, total } = event.order
    if (total.startsWith('-') && !existsSync(${JSON.stringify(repaired)})) throw new Error('a refund')
    appendFileSync(${JSON.stringify(effects)}, JSON.stringify({ event, key: record.key }) + '\\n')
  },
})
`

const env = {
  EVENT_SCHEMAS: schemas,
  KAFKA_TOPICS: topic,
  KAFKA_GROUP_ID: group,
  PLUGINS: join(folder, 'orders.mjs'),
  EVENTS_ENABLED: 'true',
  HTTP_PORT: '0',
  COMMIT_INTERVAL_MS: '100',
}
const topics = ['--inventory-topic', others, '--plugin-topic', others]

const placed = (id: string, total: unknown, status = 'paid') => ({
  id,
  kind: 'order.placed',
  time: '2026-01-31T08:30:00Z',
  order: { id: `order_${id}`, total, due: '2026-02-28' },
  status,
})

const lines = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

async function run(args: string[], input = '', more: Record<string, string> = {}) {
  return runCli(args, { input, env: { ...env, ...more } })
}

/** The events that the plugin has handled, by id. */
function handled(): { event: { id: string }; key: string }[] {
  try {
    const text = readFileSync(effects, 'utf8')
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  } catch {
    return []
  }
}

beforeAll(() => {
  mkdirSync(schemas)
  const text = readFileSync('test/support/schemas/order-placed.avsc', 'utf8')
  writeFileSync(join(schemas, 'order-placed.avsc'), text.replace('order.events', topic))
  writeFileSync(env.PLUGINS, PLUGIN)
})

describe('a kind of one’s own', () => {
  it('goes the whole way: registered, published, handled, dead-lettered, redriven, replayed', async () => {
    const created = await run(['topics', 'create'], '', { KAFKA_TOPICS: others })
    expect(created).toMatchObject({ code: 0, stderr: '' })
    expect(created.stdout).toContain(`${topic}.dead-letters`)
    expect((await run(['topics', 'create'])).code).toBe(0)

    const missing = await run(['schemas', 'check', ...topics])
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.stderr).toContain(`${topic}-shop.OrderPlaced`)
    const registered = await run(['schemas', 'register', ...topics])
    expect(registered.stdout).toMatch(
      new RegExp(`^${topic}-shop.OrderPlaced: registered, id \\d+$`, 'm'),
    )
    expect(await run(['schemas', 'check', ...topics])).toMatchObject({ code: 0 })

    const service = serve({ ...endpointSettings(), ...env })
    await service.logged('started')

    const input = lines(
      placed('e1', '12.50'),
      placed('e2', 12.5),
      { ...placed('e3', '1.00'), kind: 'order.placd' },
      placed('e4', '-3.00'),
      placed('e5', '4.00', 'open'),
    )
    const published = await run(['publish', '-', ...topics], input)
    expect(published).toMatchObject({ code: 1, stdout: '3 published, 2 bad\n' })
    expect(published.stderr).toContain(
      'line 2: order.total: expected a decimal as text with at most 12 digits, 2 of them after the point, such as "12.50", got 12.5',
    )
    expect(published.stderr).toContain(
      'line 3: kind: "order.placd" is unknown, did you mean order.placed?',
    )

    await until(() => handled().length === 1, { what: 'the first order to be handled' })
    expect(handled()).toEqual([{ event: placed('e1', '12.50'), key: 'order_e1' }])

    const list = ['dead-letters', 'list', '--kind', 'order.placed']
    await until(async () => (await run(list)).stdout.includes('e4'), { what: 'a dead letter' })
    const explained = await run(['explain', 'e4'])
    expect(explained.stdout).toContain('orders: dead-lettered: exhausted')

    writeFileSync(repaired, '')
    const redriven = await run(['dead-letters', 'redrive', '--kind', 'order.placed', '--yes'])
    expect(redriven.stdout).toBe('1 redriven, 0 redriven before\n')
    await until(() => handled().length === 2, { what: 'the redriven order to be handled' })
    expect(handled()[1]).toEqual({ event: placed('e4', '-3.00'), key: 'order_e4' })
    service.kill('SIGTERM')
    expect(await service.ended).toBe(0)

    const replay = ['replay', '--plugin', 'orders', '--from', '2020-01-01T00:00:00Z']
    const replayed = await run([...replay, '--kind', 'order.placed', '--yes', '--beside-live'])
    expect(replayed).toMatchObject({ code: 0 })
    expect(
      handled()
        .map(({ event }) => event.id)
        .sort(),
    ).toEqual(['e1', 'e1', 'e4', 'e4'])
  })

  it('is taken by the gateway and by the publisher of a program', async () => {
    const gateway = await openGateway({
      ...endpointSettings(),
      EVENT_SCHEMAS: schemas,
      GATEWAY_ALLOW_UNSIGNED: 'true',
      GATEWAY_INVENTORY_TOPIC: others,
      GATEWAY_PLUGIN_TOPIC: others,
      GATEWAY_PORT: '0',
      HTTP_PORT: '0',
    })
    const post = (body: object) =>
      fetch(`http://127.0.0.1:${gateway.port}/webhooks/inventory`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await post(placed('g1', '7.00'))).status).toBe(202)
    const refused = await post(placed('g2', '7.001'))
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ errors: [{ field: 'order.total' }] })
    const described = await fetch(`http://127.0.0.1:${gateway.port}/openapi.json`)
    expect(await described.json()).toMatchObject({
      components: {
        schemas: { 'shop.OrderPlaced': { properties: { kind: { const: 'order.placed' } } } },
      },
    })

    const settings = { ...endpointSettings(), EVENT_SCHEMAS: schemas }
    const publisher = await openPublisher({
      settings,
      topics: { inventory: others, plugin: others },
    })
    const event = placed('p1', '8.00') as unknown as Event
    await publisher.publish([event]).finally(() => publisher.close())

    const records = await readTopic(topic)
    const keys = records.map(({ key }) => key?.toString())
    expect(keys).toEqual(expect.arrayContaining(['order_g1', 'order_p1']))
  })

  it('that is not compatible with what is registered stops the start, and names the field', async () => {
    const changed = join(folder, 'changed')
    mkdirSync(changed)
    const text = readFileSync(join(schemas, 'order-placed.avsc'), 'utf8')
    const note = '{ "name": "note", "type": ["null", "string"], "default": null }'
    const required = '{ "name": "note", "type": "string" }'
    writeFileSync(join(changed, 'order-placed.avsc'), text.replace(note, required))
    const service = serve({ ...endpointSettings(), ...env, EVENT_SCHEMAS: changed })
    expect(await service.ended).toBe(1)
    const { msg, problems } = failureIn(service.output.err)
    expect(msg).toContain('incompatible with the registered schemas')
    expect(problems).toEqual([expect.stringContaining(`${topic}-shop.OrderPlaced version 1: note`)])
  })

  it('that is none stops every command that needs it, with all that is wrong', async () => {
    const wrong = join(folder, 'wrong')
    mkdirSync(wrong)
    writeFileSync(join(wrong, 'a.avsc'), '{')
    writeFileSync(join(wrong, 'b.avsc'), '{"type":"record","name":"B","fields":[]}')
    const more = { EVENT_SCHEMAS: wrong }
    const { code, stderr } = await run(['schemas', 'register'], '', more)
    expect(code).toBe(1)
    expect(stderr).toContain('a.avsc: expected JSON')
    expect(stderr).toContain('b.avsc: entityKey: expected the path of the field')
    expect(await run(['publish', '-'], '', more)).toMatchObject({ code: 1, stderr })
    expect(await run(['schemas', 'types'], '', { EVENT_SCHEMAS: schemas })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("'order.placed': {"),
    })
  })
})

function endpointSettings() {
  const { brokers, registryUrl } = endpoints()
  return { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl }
}
