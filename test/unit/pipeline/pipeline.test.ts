import { describe, expect, it, vi } from 'vitest'
import { Switches } from '../../../src/control/switches.ts'
import { headersByName, headersOf } from '../../../src/event/headers.ts'
import type { Delivery } from '../../../src/pipeline/delivery.ts'
import { noCallSlots } from '../../../src/pipeline/handle/handle.ts'
import type { Plugin, PluginContext } from '../../../src/plugin/plugin.ts'
import { reject, skip } from '../../../src/plugin/returns/returns.ts'
import { settled } from '../../support/manual-clock.ts'
import { jsonSchema, partition, pipelineKit, plugin } from '../../support/pipeline-kit.ts'

const moved = (id: string, more: object = {}) => ({ id, kind: 'inventory.moved', ...more })

describe('pipeline', () => {
  it('delivers a wanted event to its handler, marks it and raises the watermark', async () => {
    const seen: unknown[] = []
    const kit = pipelineKit({
      plugins: [
        plugin({ processEvent: async (event, { attempt }) => void seen.push([event.id, attempt]) }),
      ],
    })
    const p = partition(kit)
    p.put(moved('a'))
    expect(p.ledger.watermark).toBe(0)
    await settled()
    expect(seen).toEqual([['a', 1]])
    expect(kit.ended).toEqual([{ plugin: 'plugin', id: 'a', outcome: 'processed' }])
    expect(p.ledger.watermark).toBe(1)
    expect(kit.pipeline.stats()).toEqual({
      inFlightDeliveries: 0,
      inFlightBytes: 0,
      unaccounted: 0,
    })
  })

  it('does not decode what no plugin wants', async () => {
    const kit = pipelineKit({
      plugins: [plugin({ wantsProcessEvent: () => false, processEvent: () => {} })],
    })
    const before = jsonSchema.decoded
    const p = partition(kit)
    p.put(moved('a'))
    await settled()
    expect(jsonSchema.decoded).toBe(before)
    expect(p.ledger.watermark).toBe(1)
    expect(kit.pipeline.stats().unaccounted).toBe(0)
  })

  it('decodes once for all plugins', async () => {
    const processEvent = vi.fn()
    const plugins = ['a', 'b', 'c'].map((slug) => plugin({ slug, processEvent }))
    const kit = pipelineKit({ plugins })
    const before = jsonSchema.decoded
    partition(kit).put(moved('a'))
    await settled()
    expect(processEvent).toHaveBeenCalledTimes(3)
    expect(jsonSchema.decoded).toBe(before + 1)
  })

  it('drops an event when the last plugin has handled it', async () => {
    const gate = Promise.withResolvers<void>()
    const called: Delivery[] = []
    const enter = (delivery: Delivery) => called.push(delivery)
    const plugins = [
      plugin({ slug: 'a', processEvent: () => {} }),
      plugin({ slug: 'b', processEvent: () => gate.promise }),
    ]
    const kit = pipelineKit({ plugins, calls: { ...noCallSlots, enter } })
    partition(kit).put(moved('x'))
    await settled()
    expect(called.map(({ claim }) => claim !== undefined)).toEqual([false, true])
    expect(called[0]?.wanted.content?.id).toBe('x')
    gate.resolve()
    await settled()
    expect(called.map(({ claim, wanted }) => claim ?? wanted.content)).toEqual([
      undefined,
      undefined,
    ])
  })

  it('gives a handler its key even after it has ended', async () => {
    const contexts: PluginContext[] = []
    const processEvent: Plugin['processEvent'] = (_, context) => void contexts.push(context)
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    partition(kit).put(moved('x'))
    await settled()
    expect(kit.ended).toHaveLength(1)
    expect(contexts.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['group/plugin/x'])
  })

  it('skips events and undecodable records while events are disabled', async () => {
    const processEvent = vi.fn()
    const kit = pipelineKit({ plugins: [plugin({ processEvent })], switches: new Switches(false) })
    const p = partition(kit)
    p.put(moved('a'))
    p.take({ value: Buffer.from('not avro') })
    await settled()
    expect(processEvent).not.toHaveBeenCalled()
    expect(kit.letters).toEqual([])
    expect(p.ledger.watermark).toBe(2)
  })

  it('skips tombstones', async () => {
    const kit = pipelineKit({ plugins: [plugin({ processEvent: vi.fn() })] })
    const p = partition(kit)
    p.take({ value: null })
    await settled()
    expect(p.ledger.watermark).toBe(1)
    expect(kit.letters).toEqual([])
  })

  it('counts headers that differ, and uses the payload', async () => {
    const wantsProcessEvent = vi.fn(() => true)
    const kit = pipelineKit({ plugins: [plugin({ wantsProcessEvent, processEvent: () => {} })] })
    const p = partition(kit)
    p.take({
      value: Buffer.from(JSON.stringify(moved('a'))),
      headers: headersOf({ ce_type: Buffer.from('inventory.wasted'), ce_id: Buffer.from('a') }),
    })
    await settled()
    expect(wantsProcessEvent).toHaveBeenCalledWith('inventory.moved')
    expect(kit.notes).toEqual(['header mismatch'])
  })

  it('accepts a record after an obstacle has cleared, and reports it once', async () => {
    let ready = false
    const gate = Promise.withResolvers<void>()
    const processEvent = vi.fn()
    const kit = pipelineKit({
      plugins: [plugin({ processEvent })],
      schemas: {
        lookup: () =>
          ready
            ? { type: 'ready', schema: jsonSchema }
            : { type: 'waiting', why: 'the registry is down', cleared: gate.promise },
      },
    })
    const p = partition(kit)
    expect(p.put(moved('a'))?.why).toBe('the registry is down')
    expect(p.ledger.expected).toBe(0)
    ready = true
    gate.resolve()
    expect(p.put(moved('a'))).toBeUndefined()
    await settled()
    expect(processEvent).toHaveBeenCalledTimes(1)
  })

  it('waits with events that this version cannot read, unless no plugin wants them', async () => {
    const newer = { ...jsonSchema, unreadable: 'entity: expected a record' }
    const kit = pipelineKit({
      plugins: [
        plugin({ wantsProcessEvent: (name) => name === 'inventory.moved', processEvent: vi.fn() }),
      ],
      schemas: { lookup: () => ({ type: 'ready', schema: newer }) },
    })
    const p = partition(kit)
    expect(p.put({ id: 'a', kind: 'inventory.wasted' })).toBeUndefined()
    expect(p.put(moved('b'))?.why).toContain('entity: expected a record')
    expect(p.ledger.watermark).toBe(1)
    expect(kit.letters).toEqual([])
  })
})

describe('outcomes', () => {
  it('skip completes, reject dead-letters at once', async () => {
    const kit = pipelineKit({
      plugins: [
        plugin({ slug: 'skips', processEvent: () => skip('not mine') }),
        plugin({ slug: 'rejects', processEvent: () => reject('no such bay') }),
      ],
    })
    const p = partition(kit)
    p.put(moved('a'))
    await settled()
    expect(kit.ended.map(({ plugin, outcome }) => [plugin, outcome])).toEqual([
      ['skips', 'skipped'],
      ['rejects', 'rejected'],
    ])
    expect(kit.letters.map(({ headers }) => headers.last('dlq.reason'))).toEqual(['rejected'])
    expect(kit.letters[0]?.headers.last('dlq.error')).toBe('no such bay')
    expect(p.ledger.watermark).toBe(1)
  })

  it('retries in the lane to keep order, then continues', async () => {
    const calls: string[] = []
    const kit = pipelineKit({
      plugins: [
        plugin({
          processEvent(event, { attempt }) {
            calls.push(`${event.id}${attempt}`)
            if (event.id === 'a' && attempt < 3) throw new Error('not yet')
          },
        }),
      ],
    })
    const p = partition(kit)
    p.put(moved('a'))
    p.put(moved('b'))
    p.put(moved('c'), 'another key')
    await settled()
    expect(calls).toEqual(['a1', 'c1'])
    await kit.clock.advance(1_000)
    expect(calls).toEqual(['a1', 'c1', 'a2', 'a3', 'b1'])
    expect(p.ledger.watermark).toBe(3)
  })

  it('dead-letters with the original bytes when the attempts are used up', async () => {
    const processEvent = vi.fn(() => {
      throw new TypeError('undefined is not a function')
    })
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    const p = partition(kit)
    const value = Buffer.from(JSON.stringify(moved('a')))
    p.take({ value, headers: headersOf({ mine: Buffer.from('kept') }) })
    await kit.clock.advance(10_000)
    expect(processEvent).toHaveBeenCalledTimes(3)
    const [letter] = kit.letters
    expect(letter?.topic).toBe('events.dead-letters')
    expect(letter?.value).toEqual(value)
    expect(letter?.key).toEqual(Buffer.from('key'))
    expect(headersByName(letter!.headers, String)).toMatchObject({
      mine: 'kept',
      'dlq.plugin': 'plugin',
      'dlq.reason': 'exhausted',
      'dlq.error': 'undefined is not a function',
      'dlq.attempts': '3',
      'dlq.topic': 'events',
      'dlq.partition': '0',
      'dlq.offset': '0',
      'dlq.group': 'group',
    })
    expect(p.ledger.watermark).toBe(1)
  })

  it('holds if the plugin says so, without a limit', async () => {
    let broken = true
    const kit = pipelineKit({
      plugins: [
        plugin({
          onExhausted: 'hold',
          processEvent() {
            if (broken) throw new Error('down')
          },
        }),
      ],
    })
    const p = partition(kit)
    p.put(moved('a'))
    await kit.clock.advance(60_000)
    expect(kit.letters).toEqual([])
    expect(p.ledger.watermark).toBe(0)
    broken = false
    await kit.clock.advance(1_000)
    expect(p.ledger.watermark).toBe(1)
  })

  it('keeps the watermark while a dead letter is not acknowledged, without another call', async () => {
    const processEvent = vi.fn(() => reject('bad'))
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    kit.faults.deadLetters = true
    const p = partition(kit)
    p.put(moved('a'))
    await kit.clock.advance(5_000)
    expect(p.ledger.watermark).toBe(0)
    expect(kit.notes).toContain('dead letter failed')
    kit.faults.deadLetters = false
    await kit.clock.advance(1_000)
    expect(p.ledger.watermark).toBe(1)
    expect(kit.letters).toHaveLength(1)
    expect(processEvent).toHaveBeenCalledTimes(1)
  })

  it('dead-letters for a plugin whose filter throws, and serves the others', async () => {
    const processEvent = vi.fn()
    const kit = pipelineKit({
      plugins: [
        plugin({
          slug: 'throws',
          processEvent,
          wantsProcessEvent() {
            throw new Error('no such table')
          },
        }),
        plugin({ slug: 'async', processEvent, wantsProcessEvent: (async () => true) as never }),
        plugin({ slug: 'serves', processEvent: () => {} }),
      ],
    })
    const p = partition(kit)
    p.put(moved('a'))
    await settled()
    expect(processEvent).not.toHaveBeenCalled()
    expect(kit.letters.map(({ headers }) => headers.last('dlq.error'))).toEqual([
      'wantsProcessEvent: no such table',
      'wantsProcessEvent: expected true or false, got a promise (it must not be async)',
    ])
    expect(kit.ended).toContainEqual({ plugin: 'serves', id: 'a', outcome: 'processed' })
    expect(p.ledger.watermark).toBe(1)
  })

  it('dead-letters a record without a readable name once, and one with a broken body per plugin', async () => {
    const plugins = ['a', 'b'].map((slug) => plugin({ slug, processEvent: vi.fn() }))
    const kit = pipelineKit({ plugins })
    const p = partition(kit)
    p.take({ value: Buffer.from('not avro') })
    p.put(moved('x', { broken: true }))
    await settled()
    const causes = kit.letters.map(({ headers }) => [
      headers.last('dlq.plugin'),
      headers.last('dlq.reason'),
    ])
    expect(causes).toEqual([
      ['*', 'undecodable'],
      ['a', 'undecodable'],
      ['b', 'undecodable'],
    ])
    expect(p.ledger.watermark).toBe(2)
    expect(kit.pipeline.stats().unaccounted).toBe(0)
  })

  it('dead-letters a record larger than the whole budget', async () => {
    const processEvent = vi.fn()
    const kit = pipelineKit({ plugins: [plugin({ processEvent })], maxInFlightBytes: 1_000 })
    const p = partition(kit)
    p.put(moved('a', { text: 'x'.repeat(2_000) }))
    await settled()
    expect(kit.notes).toEqual(['dead letter too-large'])
    expect(processEvent).not.toHaveBeenCalled()
  })

  it('does not let a plugin change the event for the others', async () => {
    const seen: unknown[] = []
    const kit = pipelineKit({
      plugins: [
        plugin({
          slug: 'mutates',
          processEvent(event) {
            ;(event as { kind: string }).kind = 'changed'
          },
        }),
        plugin({ slug: 'reads', processEvent: (event) => void seen.push({ ...event }) }),
      ],
    })
    partition(kit).put(moved('a'))
    await kit.clock.advance(10_000)
    expect(seen).toEqual([moved('a')])
    expect(kit.letters.map(({ headers }) => headers.last('dlq.plugin'))).toEqual(['mutates'])
    expect(kit.letters[0]?.headers.last('dlq.error')).toContain('read only property')
  })
})

describe('once per event id', () => {
  it('completes a repeated event as a duplicate, whatever its key', async () => {
    const processEvent = vi.fn()
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    const p = partition(kit)
    p.put(moved('a'))
    p.put(moved('a'))
    p.put(moved('a'), 'another key')
    await settled()
    expect(processEvent).toHaveBeenCalledTimes(1)
    expect(kit.ended.map(({ outcome }) => outcome).sort()).toEqual([
      'duplicate',
      'duplicate',
      'processed',
    ])
    expect(p.ledger.watermark).toBe(3)
  })

  it('makes the second of two lanes with one id wait for the first', async () => {
    const gate = Promise.withResolvers<void>()
    const processEvent = vi.fn(() => gate.promise)
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    const p = partition(kit)
    p.put(moved('a'), 'one')
    p.put(moved('a'), 'two')
    await settled()
    expect(processEvent).toHaveBeenCalledTimes(1)
    expect(kit.ended).toEqual([])
    gate.resolve()
    await settled()
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual(['processed', 'duplicate'])
  })

  it('dead-letters the same id with different content as a conflict, once', async () => {
    const kit = pipelineKit({ plugins: [plugin({ processEvent: () => {} })] })
    const p = partition(kit)
    p.put(moved('a', { quantity: 1 }))
    p.put(moved('a', { quantity: 2 }))
    p.put(moved('a', { quantity: 2 }))
    await settled()
    expect(kit.ended.map(({ outcome }) => outcome)).toEqual([
      'processed',
      'dead-lettered',
      'duplicate',
    ])
    expect(kit.letters.map(({ headers }) => headers.last('dlq.reason'))).toEqual(['conflict'])
  })

  it('dead-letters a record once even if it is read twice', async () => {
    const kit = pipelineKit({ plugins: [plugin({ processEvent: () => reject('bad') })] })
    const p = partition(kit)
    p.put(moved('a'))
    p.take({ value: Buffer.from('not avro') })
    await settled()
    const again = partition(kit)
    again.put(moved('a'))
    again.take({ value: Buffer.from('not avro') })
    await settled()
    expect(kit.letters).toHaveLength(2)
    expect(again.ledger.watermark).toBe(2)
  })
})
