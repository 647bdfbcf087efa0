import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ControlRecord, PluginState } from '../../../../src/control/control-record.ts'
import { Switches } from '../../../../src/control/switches.ts'
import { headersOf } from '../../../../src/event/headers.ts'
import {
  createStartFilter,
  isBelow,
  placesBeyond,
  type StartOffsets,
} from '../../../../src/pipeline/intake/start-offsets.ts'
import { settled } from '../../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const audit = { by: 'ann', at: '2026-01-01T00:00:00Z', why: '' }
const start = (slug: string, offsets: StartOffsets): ControlRecord => {
  return { switch: 'start', slug, offsets, ...audit }
}
const set = (slug: string, state: PluginState): ControlRecord => {
  return { switch: 'plugin', slug, state, ...audit }
}
const moved = (id: string) => ({ id, kind: 'inventory.moved' })

/** Two plugins that record their filter evaluations and calls, and their switches. */
function scene() {
  const evaluated: string[] = []
  const switches = new Switches(true)
  const called: string[] = []
  const noting = (slug: string) =>
    plugin({
      slug,
      wantsProcessEvent: () => evaluated.push(slug) > 0,
      processEvent: (event) => void called.push(`${slug} ${event.id}`),
    })
  const kit = pipelineKit({ plugins: [noting('a'), noting('b')], switches })
  const of = (slug: string) => called.filter((call) => call.startsWith(slug))
  return { switches, evaluated, called, of, kit, p: partition(kit) }
}

describe('a plugin with start offsets', () => {
  it('gets no records below them, and its filter is not evaluated; others do', async () => {
    const { switches, evaluated, of, kit, p } = scene()
    switches.apply(start('a', { events: { 0: 2 } }))
    for (const id of ['0', '1', '2', '3']) p.put(moved(id))
    await settled()
    expect(of('a')).toEqual(['a 2', 'a 3'])
    expect(of('b')).toEqual(['b 0', 'b 1', 'b 2', 'b 3'])
    expect(evaluated).toEqual(['b', 'b', 'a', 'b', 'a', 'b'])
    expect(p.ledger.watermark).toBe(4)
    expect(kit.pipeline.stats().unaccounted).toBe(0)
  })

  it('gets all records of partitions and topics without a start offset', async () => {
    const { switches, called, of, kit, p } = scene()
    const other = partition(kit, 1)
    const topic = partition(kit, 0, 0, 'more')
    switches.apply(start('a', { events: { 0: 9 } }))
    p.put(moved('0'))
    other.put(moved('1'))
    topic.put(moved('2'))
    await settled()
    expect(of('a')).toEqual(['a 1', 'a 2'])
    expect(called).toHaveLength(5)
  })

  it('uses the newest start', async () => {
    const { switches, called, p } = scene()
    switches.apply(start('a', { events: { 0: 9 } }))
    p.put(moved('0'))
    switches.apply(start('a', { events: { 0: 1 } }))
    p.put(moved('1'))
    await settled()
    expect(called).toEqual(['b 0', 'a 1', 'b 1'])
  })

  it('skips queued records below its start, and continues with the rest in order', async () => {
    const { switches, called, kit, p } = scene()
    switches.apply(set('a', 'paused'))
    for (const id of ['0', '1', '2', '3']) p.put(moved(id))
    await settled()
    switches.apply(start('a', { events: { 0: 2 } }))
    await settled()
    expect(p.ledger.watermark).toBe(0)
    switches.apply(set('a', 'enabled'))
    await settled()
    expect(called).toEqual(['b 0', 'b 1', 'b 2', 'b 3', 'a 2', 'a 3'])
    expect(p.ledger.watermark).toBe(4)
    const ofA = kit.ended.filter((each) => each.plugin === 'a').map(({ outcome }) => outcome)
    expect(ofA).toEqual(['skipped', 'skipped', 'processed', 'processed'])
    expect(kit.pipeline.stats()).toEqual({
      inFlightDeliveries: 0,
      inFlightBytes: 0,
      unaccounted: 0,
    })
  })

  it('finishes its running call, and marks the event', async () => {
    const call = Promise.withResolvers<void>()
    const switches = new Switches(true)
    const slow = plugin({ slug: 'a', processEvent: () => call.promise })
    const kit = pipelineKit({ plugins: [slow], switches })
    const p = partition(kit)
    p.put(moved('0'))
    await settled()
    switches.apply(start('a', { events: { 0: 5 } }))
    await settled()
    expect(p.ledger.watermark).toBe(0)
    call.resolve()
    await settled()
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(['processed'])
    expect(p.ledger.watermark).toBe(1)
  })

  it('gets redriven events from below its start', async () => {
    const { switches, called, kit, p } = scene()
    switches.apply(start('a', { events: { 0: 9 } }))
    const redrive = partition(kit, 0, 0, 'events.redrive')
    await settled()
    redrive.take({
      value: Buffer.from(JSON.stringify(moved('0'))),
      headers: headersOf({
        'redrive.plugin': Buffer.from('a'),
        'redrive.group': Buffer.from('group'),
        'redrive.generation': Buffer.from('1'),
        'dlq.offset': Buffer.from('0'),
      }),
    })
    p.put(moved('1'))
    await settled()
    expect(called).toEqual(['a 0', 'b 1'])
  })
})

it('a group gets redriven events of the group that a plugin came from, for that plugin and for all', async () => {
  const { switches, called, kit } = scene()
  switches.applySplit({
    from: 'former',
    state: 'done',
    formerGroups: { a: ['former'], c: ['older'] },
    offsets: {},
    by: '',
    at: '',
    why: '',
  })
  const redrive = partition(kit, 0, 0, 'events.redrive')
  partition(kit)
  await settled()
  const cases = [
    ['former', 'a'],
    ['former', 'b'],
    ['another', 'a'],
    ['older', 'a'],
    ['older', '*'],
  ] as const
  for (const [n, [group, slug]] of cases.entries()) {
    redrive.take({
      value: Buffer.from(JSON.stringify(moved(`${n}`))),
      headers: headersOf({
        'redrive.plugin': slug,
        'redrive.group': group,
        'redrive.generation': '1',
        'dlq.offset': '0',
      }),
    })
  }
  await settled()
  expect(called).toEqual(['a 0', 'a 4', 'b 4'])
})

it('the start filter returns the plugins that the record is not below', () => {
  const offsets = fc.dictionary(
    fc.constantFrom('events', 'more'),
    fc.dictionary(fc.constantFrom('0', '1'), fc.nat(9)),
  )
  const record = fc.record({
    topic: fc.constantFrom('events', 'more'),
    partition: fc.nat(1),
    offset: fc.nat(9),
  })
  fc.assert(
    fc.property(
      fc.array(fc.option(offsets), { maxLength: 4 }),
      fc.array(record),
      (starts, places) => {
        const plugins = starts.map((_, n) => plugin({ slug: String(n), processEvent() {} }))
        const startOf = (slug: string) => starts[Number(slug)] ?? undefined
        const started = createStartFilter(plugins, startOf)
        for (const place of places) {
          const found = started(place as never)
          expect(found).toEqual(plugins.filter(({ slug }) => !isBelow(startOf(slug), place)))
        }
      },
    ),
  )
})

it('the start filter returns the same list for records with the same plugins', () => {
  const plugins = ['a', 'b', 'c'].map((slug) => plugin({ slug, processEvent() {} }))
  const starts: Record<string, StartOffsets> = { a: { t: { 0: 5 } }, b: { t: { 0: 9 } } }
  const started = createStartFilter(plugins, (slug) => starts[slug])
  const lists = [1, 4, 5, 8, 9].map((offset) =>
    started({ topic: 't', partition: 0, offset } as never),
  )
  expect(lists.map((list) => list.length)).toEqual([1, 1, 2, 2, 3])
  expect(lists[1]).toBe(lists[0])
  expect(lists[3]).toBe(lists[2])
  expect(lists[4]).toBe(plugins)
})

it('a start is beyond the end if the log has become shorter', () => {
  const starts = { events: { 0: 5, 1: 5, 2: 5 }, gone: { 0: 1 } }
  expect(placesBeyond(starts, { events: { 0: 4, 1: 5, 2: 6 } })).toEqual(['events/0'])
})
