import { describe, expect, it } from 'vitest'
import { headersByName } from '../../../../src/event/headers.ts'
import { Breaker } from '../../../../src/pipeline/admit/circuit-breaker.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../../support/pipeline-kit.ts'

const HOUR_MS = 3_600_000
const event = (id: string) => ({ id, kind: 'inventory.moved' })

describe('breaker', () => {
  /** Each result is that of a call that was let through just before. */
  const breaker = () => {
    const clock = new ManualClock()
    const one = new Breaker({ clock, random: () => 1, onChange() {} })
    const failed = (lane: string) => {
      if (!one.isOpen) void one.gate(lane)
      return one.failed(lane)
    }
    const succeeded = (lane: string) => {
      if (!one.isOpen) void one.gate(lane)
      one.succeeded(lane)
    }
    return {
      clock,
      one,
      it: {
        failed,
        succeeded,
        gate: (lane = 'good') => one.gate(lane),
        withdrawn: () => one.withdrawn(),
        get isOpen() {
          return one.isOpen
        },
      },
    }
  }

  it('takes the calls in flight into account, because failures are faster', () => {
    const { one } = breaker()
    for (let n = 0; n < 64; n++) void one.gate(`lane ${n}`)
    for (const lane of 'abcdefgh') expect(one.failed(lane)).toBe(false)
    for (let n = 0; n < 23; n++) expect(one.failed(`lane ${n}`)).toBe(false)
    expect(one.failed('the next')).toBe(true)
  })

  it('opens when many different lanes fail in a row, not when one fails often', () => {
    const one = breaker().it
    for (let n = 0; n < 100; n++) expect(one.failed('same')).toBe(false)
    const many = breaker().it
    for (const lane of ['a', 'b', 'c', 'd']) expect(many.failed(lane)).toBe(false)
    expect(many.failed('e')).toBe(true)
    expect(many.isOpen).toBe(true)
  })

  it('does not open with successes in between', () => {
    const { it: mixed } = breaker()
    for (let n = 0; n < 100; n++) {
      mixed.failed(`lane ${n}`)
      if (n % 3 === 0) mixed.succeeded('good')
    }
    expect(mixed.isOpen).toBe(false)
  })

  it('ignores bad lanes that remain after all others are done', () => {
    const { it: tail } = breaker()
    for (const lane of 'abcdefgh') {
      tail.failed(lane)
      tail.succeeded('good')
    }
    for (const lane of 'abcdefgh') expect(tail.failed(lane)).toBe(false)
    for (const lane of 'abcde') tail.succeeded(lane)
    for (const lane of 'abcd') expect(tail.failed(lane)).toBe(false)
    expect(tail.failed('e')).toBe(true)
  })

  it('lets one probe through at a time, at growing intervals, until one succeeds', async () => {
    const { clock, it: open } = breaker()
    for (const lane of 'abcde') open.failed(lane)
    expect(open.gate()).toBeInstanceOf(Promise)
    await clock.advance(1_000)
    expect(open.gate()).toBeUndefined()
    expect(open.gate()).toBeInstanceOf(Promise)
    open.failed('a')
    await clock.advance(1_999)
    expect(open.gate()).toBeInstanceOf(Promise)
    await clock.advance(1)
    expect(open.gate()).toBeUndefined()
    const waiting = open.gate()
    open.succeeded('b')
    await waiting
    expect(open.gate()).toBeUndefined()
    expect(open.isOpen).toBe(false)
  })

  it('probes with a lane that was not failing, and with a failing one only if there is none', async () => {
    const { clock, it: open } = breaker()
    for (const lane of 'abcde') open.failed(lane)
    const failingWaits = open.gate('a')
    await clock.advance(1_000)
    expect(open.gate('a')).toBeInstanceOf(Promise)
    expect(open.gate('good')).toBeUndefined()
    open.failed('good')
    await clock.advance(2_100)
    await failingWaits
    expect(open.gate('a')).toBeUndefined()
  })

  it('sends another probe if the first ended without a verdict', async () => {
    const { clock, it: open } = breaker()
    for (const lane of 'abcde') open.failed(lane)
    await clock.advance(1_000)
    expect(open.gate()).toBeUndefined()
    open.withdrawn()
    await clock.advance(2_000)
    expect(open.gate()).toBeUndefined()
  })
})

describe('a plugin that is down for an hour', () => {
  it('dead-letters nothing, keeps order, and delivers everything afterwards', async () => {
    const handled = new Map<string, string[]>()
    let calls = 0
    const kit = pipelineKit({
      plugins: [
        plugin({
          retry: { maxAttempts: 5, initialDelayMs: 200, maxDelayMs: 30_000 },
          processEvent(given, { record }) {
            calls += 1
            if (kit.clock.now() < HOUR_MS) throw new Error('the warehouse is down')
            const key = String(record.key)
            handled.set(key, [...(handled.get(key) ?? []), given.id])
          },
        }),
      ],
    })
    const p = partition(kit)
    const keys = Array.from({ length: 20 }, (_, n) => `entity ${n}`)
    for (let n = 0; n < 30; n++) for (const key of keys) p.put(event(`${key} ${n}`), key)
    await kit.clock.advance(HOUR_MS - 1)
    expect(kit.pipeline.openBreakers()).toEqual(['plugin'])
    expect(p.ledger.watermark).toBe(0)
    expect(calls).toBeLessThan(200)
    await kit.clock.advance(60_000)
    expect(kit.letters).toEqual([])
    for (const key of keys) {
      expect(handled.get(key)).toEqual(Array.from({ length: 30 }, (_, n) => `${key} ${n}`))
    }
    expect(p.ledger.watermark).toBe(600)
    expect(kit.pipeline.openBreakers()).toEqual([])
    expect(kit.pipeline.stats()).toMatchObject({ inFlightDeliveries: 0, unaccounted: 0 })
  })

  it('does not affect other plugins', async () => {
    const seen: string[] = []
    const kit = pipelineKit({
      plugins: [
        plugin({
          slug: 'down',
          processEvent() {
            throw new Error('down')
          },
        }),
        plugin({ slug: 'up', processEvent: ({ id }) => void seen.push(id) }),
      ],
    })
    const p = partition(kit)
    for (let n = 0; n < 20; n++) p.put(event(`${n}`), `entity ${n}`)
    await kit.clock.advance(60_000)
    expect(seen).toHaveLength(20)
    expect(kit.pipeline.openBreakers()).toEqual(['down'])
  })

  it('opens for a filter that keeps failing, and evaluates it again', async () => {
    let broken = true
    const seen: string[] = []
    const kit = pipelineKit({
      plugins: [
        plugin({
          wantsProcessEvent() {
            if (broken) throw new Error('no table')
            return true
          },
          processEvent: ({ id }) => void seen.push(id),
        }),
      ],
    })
    const p = partition(kit)
    for (let n = 0; n < 20; n++) p.put(event(`${n}`), `entity ${n}`)
    await settled()
    expect(kit.letters).toHaveLength(4)
    broken = false
    await kit.clock.advance(60_000)
    expect(seen).toHaveLength(16)
    expect(p.ledger.watermark).toBe(20)
  })
})

describe('a plugin that always rejects some entities', () => {
  it('is not mistaken for one that is down', async () => {
    const kit = pipelineKit({
      plugins: [
        plugin({
          retry: { maxAttempts: 2, initialDelayMs: 10, maxDelayMs: 10 },
          processEvent(_event, { record }) {
            if (record.key?.startsWith('bad')) throw new Error('never')
          },
        }),
      ],
    })
    const p = partition(kit)
    for (let n = 0; n < 10; n++) {
      for (let e = 0; e < 100; e++)
        p.put(event(`${n} ${e}`), e % 10 === 0 ? `bad ${e}` : `good ${e}`)
    }
    await kit.clock.advance(1_000)
    expect(kit.letters).toHaveLength(100)
    expect(p.ledger.watermark).toBe(1_000)
    expect(kit.pipeline.openBreakers()).toEqual([])
  })
})

describe('a held delivery', () => {
  const held = (part: object) => {
    const kit = pipelineKit({
      removalOf: () => (kit.clock.now() < 1.8 * HOUR_MS ? undefined : 'Kafka removed its record'),
      plugins: [
        plugin({
          retry: { maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 60_000 },
          ...part,
          processEvent() {
            throw new Error('down')
          },
        }),
      ],
    })
    return { kit, p: partition(kit) }
  }

  it('is dead-lettered before its record is removed', async () => {
    const { kit, p } = held({ onExhausted: 'hold' })
    p.put(event('a'))
    await kit.clock.advance(1.75 * HOUR_MS)
    expect(kit.letters).toEqual([])
    await kit.clock.advance(0.25 * HOUR_MS)
    expect(kit.letters).toHaveLength(1)
    expect(headersByName(kit.letters[0]!.headers, String)).toMatchObject({
      'dlq.reason': 'retention',
      'dlq.error': 'held until Kafka removed its record',
    })
    expect(p.ledger.watermark).toBe(1)
  })

  it('is so behind an open breaker, too', async () => {
    const { kit, p } = held({})
    for (let n = 0; n < 10; n++) p.put(event(`${n}`), `entity ${n}`)
    await kit.clock.advance(1.75 * HOUR_MS)
    expect(kit.letters).toEqual([])
    await kit.clock.advance(0.25 * HOUR_MS)
    expect(kit.letters).toHaveLength(10)
    expect(p.ledger.watermark).toBe(10)
  })

  it('is tried at least once if its record is about to be removed from the start', async () => {
    const seen: string[] = []
    const kit = pipelineKit({
      removalOf: () => 'Kafka was about to remove its record',
      plugins: [plugin({ processEvent: ({ id }) => void seen.push(id) })],
    })
    partition(kit).put(event('old'))
    await settled()
    expect(seen).toEqual(['old'])
  })
})

describe('a rate limit', () => {
  it('spaces the calls of a plugin, over all lanes', async () => {
    const atMs: number[] = []
    const kit = pipelineKit({
      plugins: [plugin({ maxPerSecond: 10, processEvent: () => void atMs.push(kit.clock.now()) })],
    })
    await kit.clock.advance(5_000)
    const p = partition(kit)
    for (let n = 0; n < 50; n++) p.put(event(`${n}`), `entity ${n % 20}`)
    await kit.clock.advance(10_000)
    expect(atMs).toHaveLength(50)
    for (let start = 5_000; start < 10_000; start += 500) {
      const inSecond = atMs.filter((at) => at >= start && at < start + 1_000).length
      expect(inSecond).toBeLessThanOrEqual(20)
    }
    expect(atMs.at(-1)).toBeGreaterThanOrEqual(8_900)
  })
})
