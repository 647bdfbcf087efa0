import { expect, it } from 'vitest'
import type { Event, InventoryMovedEvent } from '../../src/event/event.ts'
import { nameOf } from '../../src/event/guards.ts'
import type { Where } from '../../src/filter/where.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { writerOf } from '../support/avro.ts'
import { moved, pluginEvent, wasted } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

/** A plugin with a `where`, and a predicate that decides the same from the whole event. */
interface Case {
  where: Where
  only?: string
  wants(event: Event): boolean
}

const isMoved = (event: Event): event is InventoryMovedEvent => event.kind === 'inventory.moved'
const kwargsOf = (event: Event) => (event.kind === undefined ? event.kwargs : {})

const cases: Record<string, Case> = {
  'to-cold': {
    only: 'inventory.moved',
    where: { in: { 'data.to.name': ['Cold Storage', 'Freezer'] } },
    wants: (event) => isMoved(event) && ['Cold Storage', 'Freezer'].includes(event.to.name),
  },
  large: {
    where: [{ prefix: { ce_type: 'inventory.' } }, { gte: { 'data.entity.quantity': 50 } }],
    wants: (event) => isMoved(event) && (event.entity.quantity ?? 0) >= 50,
  },
  labelled: {
    where: {
      any: [{ exists: { 'data.entity.attributes.lot': true } }, { gt: { 'data.kwargs.id': 90 } }],
    },
    wants: (event) =>
      (isMoved(event) && event.entity.attributes?.lot !== undefined) ||
      Number(kwargsOf(event).id) > 90,
  },
  'no-reason': {
    only: 'inventory.wasted',
    where: { not: { exists: { 'data.reason': true } } },
    wants: (event) => event.kind === 'inventory.wasted' && event.reason === undefined,
  },
  stock: {
    where: [{ suffix: { ce_type: '.moved' } }, { not: { prefix: { ce_type: 'inventory.' } } }],
    wants: (event) => nameOf(event) === 'stockitem.moved',
  },
}

function events(): Event[] {
  return Array.from({ length: 60 }, (_, n) => {
    if (n % 5 === 3)
      return pluginEvent(n % 2 === 0 ? 'stockitem.moved' : 'part_part.saved', { id: n + 40 })
    const waste = wasted(`ent_${n % 7}`)
    if (n % 5 === 4) return n % 2 === 0 ? waste : { ...waste, reason: 'it got warm' }
    const move = moved(`ent_${n % 7}`, n)
    const quantity = n % 3 === 0 ? {} : { quantity: n * 2 }
    const attributes = n % 4 === 0 ? { attributes: { lot: null, maxCelsius: -n } } : {}
    const to = { ...move.to, name: ['Cold Storage', 'Packing', 'Freezer'][n % 3] as string }
    return { ...move, entity: { ...move.entity, ...quantity, ...attributes }, to }
  })
}

it('delivers to each plugin exactly the events that its where matches', async () => {
  const recorders = Object.entries(cases).map(([slug, { where, only }]) => {
    const each = recorder(only, slug)
    return { ...each, slug, plugin: { ...each.plugin, where } }
  })
  const s = await situation({ plugins: recorders.map(({ plugin }) => plugin) })
  const published = events()
  await s.publish(published)
  const service = await s.start()
  await s.caughtUp()

  for (const { slug, ids } of recorders) {
    const wanted = published.filter((event) => cases[slug]?.wants(event)).map(({ id }) => id)
    expect(wanted.length, slug).toBeGreaterThan(3)
    expect(wanted.length, slug).toBeLessThan(published.length / 2)
    expect(ids().sort(), slug).toEqual(wanted.sort())
    const decisions = (name: string) =>
      service.metric(`filter_decisions_total{plugin="${slug}",decision="${name}"}`)
    expect(await decisions('wanted'), slug).toBe(wanted.length)
    expect(await decisions('unwanted'), slug).toBe(published.length - wanted.length)
  }
  expect(await s.letters()).toEqual([])
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
})

it('dead-letters events that a where cannot compare, for that plugin alone', async () => {
  const picky = recorder('inventory.moved', 'picky')
  const where: Where = { lt: { 'data.entity.attributes.maxCelsius': 0 } }
  const good = recorder('inventory.moved', 'good')
  const s = await situation({ plugins: [{ ...picky.plugin, where }, good.plugin] })
  const [cold, warm, strange] = [-18, 20, 'cold'].map((maxCelsius, n): InventoryMovedEvent => {
    const move = moved('ent_1', n)
    return { ...move, entity: { ...move.entity, attributes: { maxCelsius } } }
  })
  const sent = [cold, warm, strange] as InventoryMovedEvent[]
  await s.publish(sent)
  const service = await s.start()
  await s.caughtUp()

  expect(picky.ids()).toEqual([cold?.id])
  expect(good.ids()).toEqual(sent.map(({ id }) => id))
  const [letter, ...others] = await s.letters()
  expect(others).toEqual([])
  expect(letter?.headers).toMatchObject({
    ce_id: strange?.id,
    'dlq.plugin': 'picky',
    'dlq.reason': 'filter',
    'dlq.error': 'where: data.entity.attributes.maxCelsius: expected a number, got a string',
    'dlq.attempts': '0',
  })
  expect(letter?.value).toEqual(s.record(strange as Event).value)
  expect(await service.metric('filter_decisions_total{plugin="picky",decision="error"}')).toBe(1)
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
})

it('evaluates foreign records too, and trusts the payload over headers', async () => {
  const weighed = recorder('acme.weighed', 'weighed')
  const where: Where = [{ exact: { 'data.entity.id': 'e1' } }, { exact: { ce_id: 'w1' } }]
  const s = await situation({ plugins: [{ ...weighed.plugin, where }] })
  const entity = { type: 'record', name: 'Entity', fields: [{ name: 'id', type: 'string' }] }
  const fields = [
    { name: 'id', type: 'string' },
    { name: 'entity', type: ['null', entity] },
  ]
  const { encode } = await writerOf(s.topic, {
    type: 'record',
    name: 'Weighed',
    namespace: 'acme',
    fields: fields as never,
  })
  const headers = { ce_type: 'acme.weighed', ce_id: 'w1', ce_time: '2024-01-15T10:30:00Z' }
  const values = [
    { id: 'w1', entity: { id: 'e1' } },
    { id: 'w2', entity: { id: 'e1' } },
    { id: 'w1', entity: { id: 'e2' } },
    { id: 'w1', entity: null },
  ]
  await s.produce(values.map((value) => ({ key: 'k', value: encode(value), headers })))
  await s.start()
  await s.caughtUp()
  expect(weighed.seen).toMatchObject([{ id: 'w1', entity: { id: 'e1' } }])
  expect(await s.letters()).toEqual([])
})

it('leaves undecodable bytes to the decoder, which reports the error', async () => {
  const plugin: Plugin = {
    slug: 'reads',
    wantsProcessEvent: (name) => name === 'inventory.moved',
    where: { exact: { 'data.to.name': 'Nowhere' } },
    processEvent() {},
  }
  const s = await situation({ plugins: [plugin] })
  const { value, ...record } = s.record(moved('ent_1'))
  await s.produce([{ ...record, value: value.subarray(0, value.length - 20) }])
  await s.start()
  await s.caughtUp()
  const [letter] = await s.letters()
  expect(letter?.headers).toMatchObject({ 'dlq.plugin': 'reads', 'dlq.reason': 'undecodable' })
})
