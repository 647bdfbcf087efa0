import type { InventoryMovedEvent, PluginContext } from 'inventory-events'
import { runPlugin } from 'inventory-events/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import coldChain from '../../../examples/plugins/cold-chain.ts'
import everyEvent from '../../../examples/plugins/every-event.ts'
import flaky from '../../../examples/plugins/flaky.ts'
import lowProducts from '../../../examples/plugins/low-products.ts'
import lowStock from '../../../examples/plugins/low-stock.ts'
import picky from '../../../examples/plugins/picky.ts'
import singleEvent from '../../../examples/plugins/single-event.ts'
import stockChanges from '../../../examples/plugins/stock-changes.ts'
import { NO_HEADERS } from '../../../src/event/headers.ts'
import { matcherOf } from '../../../src/filter/wanted-names.ts'
import { HandlerHeaders } from '../../../src/pipeline/handle/handler-headers.ts'
import { RETURN, returnOf } from '../../../src/plugin/returns/returns.ts'

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }

function context(attempt = 1, key = 'entity-1'): PluginContext {
  const headers = new HandlerHeaders(NO_HEADERS)
  const place = { topic: 'inventory.events', partition: 0, offset: 0, timestampMs: 0 }
  const record = { ...place, key, headers }
  const signal = new AbortController().signal
  const idempotencyKey = 'cold-chain:event-1'
  const publish = vi.fn()
  const absent = { trace: undefined, settings: undefined }
  return { log, signal, attempt, idempotencyKey, record, publish, ...absent }
}

function moved(
  attributes: Record<string, never> | { maxCelsius: unknown },
  to = 'Dock',
  id = 'event-1',
) {
  return {
    id,
    kind: 'inventory.moved',
    time: '2026-01-15T10:30:00Z',
    transactionId: 't',
    flowId: 'f',
    entity: { id: 'entity-1', name: 'BATCH-001', productId: 'p', attributes },
    from: { id: 'n1', name: 'Freezer', type: 'stage' },
    to: { id: 'n2', name: to, type: 'stage' },
  } as unknown as InventoryMovedEvent
}

/** Returns how many of a thousand calls throw. */
function failures(call: (i: number) => unknown): number {
  const throws = (i: number) => {
    try {
      call(i)
      return false
    } catch {
      return true
    }
  }
  return Array.from({ length: 1_000 }, (_, i) => i).filter(throws).length
}

const withId = (i: number) => ({ ...moved({}), id: `event-${i}` })

afterEach(() => {
  vi.clearAllMocks()
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
})

it('every-event gets inventory events and plugin events', () => {
  expect(everyEvent).not.toHaveProperty('wants')
  expect(everyEvent.wantsProcessEvent).toBeUndefined()
  everyEvent.processEvent(moved({}), context())
  everyEvent.processEvent(
    { id: '2', name: 'build.issued', time: '', args: [], kwargs: {} },
    context(),
  )
  expect(log.debug.mock.calls).toMatchObject([
    [{ name: 'inventory.moved' }, 'inventory event'],
    [{ name: 'build.issued' }, 'plugin event'],
  ])
})

it('single-event wants one name', () => {
  const names = ['inventory.wasted', 'inventory.moved', 'build.issued']
  expect(names.filter((name) => matcherOf(singleEvent.wants ?? [])(name))).toEqual([names[0]])
})

it('flaky fails the first attempt of one event in twenty, and no retry', () => {
  const first = failures((i) => flaky.processEvent(withId(i), context(1)))
  expect(first).toBeGreaterThan(25)
  expect(first).toBeLessThan(80)
  expect(failures((i) => flaky.processEvent(withId(i), context(1)))).toBe(first)
  expect(failures((i) => flaky.processEvent(withId(i), context(2)))).toBe(0)
})

it('picky fails the same one entity in fifty on every attempt', () => {
  const call = (attempt: number) => (i: number) =>
    picky.processEvent(moved({}), context(attempt, `entity-${i}`))
  expect(failures(call(1))).toBeGreaterThan(5)
  expect(failures(call(1))).toBeLessThan(40)
  expect(failures(call(2))).toBe(failures(call(1)))
})

describe('cold-chain', () => {
  async function verbAfter(event: InventoryMovedEvent) {
    const returned = returnOf(await coldChain.processEvent(event, context()))
    return returned?.[RETURN]
  }

  it('gets only moves of cooled entities to warm places, and rejects invalid limits', async () => {
    const events = [
      moved({}, 'Dock', '1'),
      moved({ maxCelsius: -18 }, 'Freezer', '2'),
      moved({ maxCelsius: -18 }, 'Dock', '3'),
      moved({ maxCelsius: 'cold' }, 'Dock', '4'),
    ]
    const { unwanted, deliveries } = await runPlugin(coldChain, events)
    expect(unwanted.map(({ id }) => id)).toEqual(['1', '2'])
    const outcomes = deliveries.map(({ event, outcome }) => [event.id, outcome])
    expect(outcomes.sort()).toEqual([
      ['3', 'processed'],
      ['4', 'rejected'],
    ])
  })

  it('is called again when the alarm endpoint says so', async () => {
    vi.stubEnv('COLD_CHAIN_URL', 'http://alarm.example/')
    const limited = new Response(null, { status: 429, headers: { 'retry-after': '7' } })
    const answers = [limited, Response.json({})]
    vi.stubGlobal('fetch', async () => answers.shift())
    const { deliveries } = await runPlugin(coldChain, [moved({ maxCelsius: -18 })])
    expect(deliveries).toMatchObject([{ outcome: 'processed', attempts: 2, delaysMs: [7_000] }])
  })

  it('sends its idempotency key, and throws if the alarm is refused', async () => {
    vi.stubEnv('COLD_CHAIN_URL', 'http://alarm.example/')
    const answers = [Response.json({}), Response.json({}, { status: 503 })]
    const fetching = vi.fn(async (_url: string, _init: RequestInit) => answers.shift())
    vi.stubGlobal('fetch', fetching)
    expect(await verbAfter(moved({ maxCelsius: -18 }))).toBeUndefined()
    expect(fetching.mock.calls[0]?.[1].headers).toMatchObject({
      'idempotency-key': 'cold-chain:event-1',
    })
    await expect(verbAfter(moved({ maxCelsius: -18 }))).rejects.toThrow(
      'the alarm endpoint returned 503',
    )
  })
})

it('low-stock warns of each entity once until it is filled up', async () => {
  const step = (entity: string, quantity: number | undefined, n: number) => ({
    ...moved({}, 'Dock', `${entity}-${n}`),
    entity: {
      id: entity,
      name: entity,
      productId: 'p',
      ...(quantity !== undefined && { quantity }),
    },
  })
  const events = [12, 9, undefined, 4, 30, 3].flatMap((quantity, n) => [
    step('ent_1', quantity, n),
    step('ent_2', 50, n),
  ])
  const { deliveries } = await runPlugin(lowStock, events, { log, duplicates: true })
  expect(deliveries.filter(({ outcome }) => outcome === 'processed')).toHaveLength(events.length)
  expect(log.warn.mock.calls.map(([fields]) => fields)).toEqual([
    { entity: 'ent_1', name: 'ent_1', quantity: 9 },
    { entity: 'ent_1', name: 'ent_1', quantity: 3 },
  ])
})

it('stock-changes and low-products warn of each product once until it is filled up', async () => {
  const steps: [entity: string, quantity: number | undefined][] = [
    ['ent_1', 8],
    ['ent_2', 7],
    ['ent_1', 2],
    ['ent_1', undefined],
    ['ent_2', 1],
    ['ent_2', 30],
    ['ent_2', 3],
  ]
  const events = steps.map(([id, quantity], n) => ({
    ...moved({}, 'Dock', `event-${n}`),
    entity: { id, name: id, productId: 'p', ...(quantity !== undefined && { quantity }) },
  }))
  const { published } = await runPlugin(stockChanges, events, { log, duplicates: true })
  expect(published.map(({ key, topic }) => `${topic} ${key}`)).toEqual(
    Array.from({ length: 6 }, () => 'stock.changes p'),
  )
  const changes = published.map(({ event }) => event)
  await runPlugin(lowProducts, changes, { log, duplicates: true, key: () => 'p' })
  expect(log.warn.mock.calls.map(([fields]) => fields)).toEqual([
    { product: 'p', quantity: 9 },
    { product: 'p', quantity: 5 },
  ])
})
