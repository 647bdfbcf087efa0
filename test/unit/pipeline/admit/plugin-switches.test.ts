import { describe, expect, it } from 'vitest'
import type { ControlRecord, PluginState } from '../../../../src/control/control-record.ts'
import { Switches } from '../../../../src/control/switches.ts'
import { headersByName } from '../../../../src/event/headers.ts'
import { settled } from '../../../support/manual-clock.ts'
import { type KitOptions, partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const moved = (id: string) => ({ id, kind: 'inventory.moved' })
const audit = { by: 'ann', at: '2026-01-01T00:00:00Z', why: '' }
const set = (slug: string, state: PluginState): ControlRecord => {
  return { switch: 'plugin', slug, state, ...audit }
}

/** Two plugins that record their calls, and their switches. */
function scene(options: Partial<KitOptions> = {}) {
  const switches = new Switches(true)
  const called: string[] = []
  const noting = (slug: string) =>
    plugin({ slug, processEvent: (event) => void called.push(`${slug} ${event.id}`) })
  const kit = pipelineKit({ plugins: [noting('a'), noting('b')], switches, ...options })
  return { switches, called, kit, p: partition(kit) }
}

describe('a disabled plugin', () => {
  it('has its events skipped until it is enabled', async () => {
    const { switches, called, kit, p } = scene()
    switches.apply(set('a', 'disabled'))
    p.put(moved('1'))
    await settled()
    switches.apply(set('a', 'enabled'))
    p.put(moved('2'))
    await settled()
    expect(called).toEqual(['b 1', 'a 2', 'b 2'])
    expect(p.ledger.watermark).toBe(2)
    expect(kit.pipeline.stats().unaccounted).toBe(0)
  })

  it('finishes its running call, and skips what is queued behind it', async () => {
    const call = Promise.withResolvers<void>()
    const seen: string[] = []
    const switches = new Switches(true)
    const slow = plugin({
      async processEvent({ id }) {
        seen.push(id)
        await call.promise
      },
    })
    const kit = pipelineKit({ plugins: [slow], switches })
    const p = partition(kit)
    p.put(moved('1'))
    p.put(moved('2'))
    await settled()
    switches.apply(set('plugin', 'disabled'))
    await settled()
    expect(p.ledger.watermark).toBe(0)
    call.resolve()
    await settled()
    expect(seen).toEqual(['1'])
    expect(kit.ended.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['1', 'processed'],
      ['', 'skipped'],
    ])
    expect(p.ledger.watermark).toBe(2)
  })

  it('gets no mark for an event that was skipped between its retries', async () => {
    let isDown = true
    const seen: string[] = []
    const switches = new Switches(true)
    const failing = plugin({
      processEvent({ id }) {
        seen.push(id)
        if (isDown) throw new Error('down')
      },
    })
    const kit = pipelineKit({ plugins: [failing], switches })
    const p = partition(kit)
    p.put(moved('1'))
    await settled()
    switches.apply(set('plugin', 'disabled'))
    await kit.clock.advance(1_000)
    expect(p.ledger.watermark).toBe(1)
    switches.apply(set('plugin', 'enabled'))
    isDown = false
    p.put(moved('1'))
    await settled()
    expect(seen).toEqual(['1', '1'])
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(['skipped', 'processed'])
  })

  it('still gets its mark if the handler had finished', async () => {
    const { switches, kit, p } = scene()
    const complete = Promise.withResolvers<void>()
    const { store } = kit
    const claim = store.claim.bind(store)
    let refusals = 1
    store.claim = async (...args) => {
      const result = await claim(...args)
      if (result.type !== 'claimed') return result
      const write = result.claim.complete.bind(result.claim)
      result.claim.complete = async (outcome) => {
        if (refusals-- > 0) throw new Error('away')
        await write(outcome)
        complete.resolve()
      }
      return result
    }
    switches.apply(set('b', 'disabled'))
    p.put(moved('1'))
    await settled()
    switches.apply(set('a', 'disabled'))
    await kit.clock.advance(2_000)
    await complete.promise
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(['processed'])
  })
})

describe('a paused plugin', () => {
  it('waits in order, and others do not', async () => {
    const { switches, called, p } = scene()
    switches.apply(set('a', 'paused'))
    p.put(moved('1'))
    p.put(moved('2'))
    await settled()
    expect(called).toEqual(['b 1', 'b 2'])
    expect(p.ledger.watermark).toBe(0)
    switches.apply(set('a', 'enabled'))
    await settled()
    expect(called).toEqual(['b 1', 'b 2', 'a 1', 'a 2'])
    expect(p.ledger.watermark).toBe(2)
  })

  it('drops deliveries of a lost partition or a disabled plugin', async () => {
    const { switches, called, kit, p } = scene()
    const other = partition(kit, 1)
    switches.apply(set('a', 'paused'))
    p.put(moved('1'))
    other.put(moved('2'))
    await settled()
    p.lose()
    await settled()
    switches.apply(set('a', 'disabled'))
    await settled()
    expect(called).toEqual(['b 1', 'b 2'])
    expect(other.ledger.watermark).toBe(1)
    expect(kit.pipeline.stats()).toEqual({
      inFlightDeliveries: 0,
      inFlightBytes: 0,
      unaccounted: 0,
    })
  })

  it('holds no claim that another process may need', async () => {
    const switches = new Switches(true)
    let calls = 0
    const flaky = plugin({
      retry: { maxAttempts: 5, initialDelayMs: 1_000, maxDelayMs: 1_000 },
      processEvent() {
        calls += 1
        if (calls === 1) throw new Error('no answer')
      },
    })
    const kit = pipelineKit({ plugins: [flaky], switches })
    const isFree = async () => {
      const key = { plugin: 'plugin', eventId: '1', topic: 't', partition: 0 }
      const result = await kit.store.claim(key, 'x')
      if (result.type === 'claimed') await result.claim.release()
      return result.type === 'claimed'
    }
    const p = partition(kit)
    p.put(moved('1'))
    await settled()
    expect(await isFree()).toBe(false)
    switches.apply(set('plugin', 'paused'))
    await kit.clock.advance(2_000)
    expect(await isFree()).toBe(true)
    switches.apply(set('plugin', 'enabled'))
    await settled()
    expect(calls).toBe(2)
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(['processed'])
  })

  it('dead-letters a record that Kafka does not keep, with its reason', async () => {
    let removal: string | undefined
    const { switches, kit, p } = scene({ removalOf: () => removal })
    switches.apply(set('a', 'paused'))
    p.put(moved('1'))
    await kit.clock.advance(30 * 24 * 3_600_000)
    expect(kit.letters).toEqual([])
    removal = 'Kafka removed its record'
    await kit.clock.advance(60_000)
    expect(kit.letters).toHaveLength(1)
    expect(headersByName(kit.letters[0]!.headers, String)).toMatchObject({
      'dlq.reason': 'retention',
      'dlq.attempts': '0',
    })
    expect(p.ledger.watermark).toBe(1)
  })
})

describe('what a plugin skips is counted', () => {
  it('by plugin and cause, events that waited too, and no record without an event', async () => {
    const { switches, kit, p } = scene()
    switches.apply(set('a', 'paused'))
    p.put(moved('1'))
    await settled()
    switches.apply(set('a', 'disabled'))
    p.put(moved('2'))
    p.take({ value: null })
    await settled()
    expect(kit.skips).toEqual({ 'a disabled': { count: 2 } })
    switches.apply({ switch: 'events', state: 'off', ...audit })
    p.put(moved('3'))
    p.take({ value: Buffer.from('poison') })
    switches.apply({ switch: 'events', state: 'on', ...audit })
    switches.apply(set('a', 'enabled'))
    p.put(moved('4'))
    await settled()
    expect(kit.skips).toEqual({
      'a disabled': { count: 2 },
      'a events-off': { count: 2 },
      'b events-off': { count: 2 },
    })
    expect(kit.pipeline.stats().unaccounted).toBe(0)
  })

  it('where it starts above an event', async () => {
    const { switches, called, kit, p } = scene()
    const offsets = { events: { 0: 2 } }
    switches.apply({ switch: 'start', slug: 'b', offsets, ...audit })
    for (const id of ['0', '1', '2']) p.put(moved(id))
    await settled()
    expect(called).toEqual(['a 0', 'a 1', 'a 2', 'b 2'])
    expect(kit.skips).toEqual({ 'b before-start': { count: 2 } })
  })
})

it('nothing is delivered while events are off', async () => {
  const { switches, called, p } = scene()
  switches.apply({ switch: 'events', state: 'off', ...audit })
  p.put(moved('1'))
  await settled()
  switches.apply({ switch: 'events', state: 'on', ...audit })
  p.put(moved('2'))
  await settled()
  expect(called).toEqual(['a 2', 'b 2'])
  expect(p.ledger.watermark).toBe(2)
})
