import { describe, expect, it, vi } from 'vitest'
import { settled } from '../../support/manual-clock.ts'
import { partition, pipelineKit, plugin } from '../../support/pipeline-kit.ts'

const moved = (id: string, more: object = {}) => ({ id, kind: 'inventory.moved', ...more })
const never = () => new Promise<void>(() => {})

describe('time limit', () => {
  it('aborts the signal, waits for the handler to settle, then retries', async () => {
    const calls: string[] = []
    const kit = pipelineKit({
      plugins: [
        plugin({
          async processEvent(_event, { signal, attempt }) {
            calls.push(`start ${attempt}`)
            if (attempt > 1) return
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
            calls.push('aborted')
          },
        }),
      ],
    })
    const p = partition(kit)
    p.put(moved('a'))
    await kit.clock.advance(999)
    expect(calls).toEqual(['start 1'])
    await kit.clock.advance(1_000)
    expect(calls).toEqual(['start 1', 'aborted', 'start 2'])
    expect(p.ledger.watermark).toBe(1)
  })

  it('accepts a late return of a handler that never read its signal', async () => {
    const gate = Promise.withResolvers<void>()
    const processEvent = vi.fn(() => gate.promise)
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    const p = partition(kit)
    p.put(moved('a'))
    await kit.clock.advance(1_200)
    gate.resolve()
    await settled()
    expect(p.ledger.watermark).toBe(1)
    expect(processEvent).toHaveBeenCalledTimes(1)
  })

  it('reports a handler that never ends, and does not call it again', async () => {
    const processEvent = vi.fn(never)
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    const p = partition(kit)
    p.put(moved('a'))
    await kit.clock.advance(60_000)
    expect(kit.notes).toEqual(['stuck plugin'])
    expect(processEvent).toHaveBeenCalledTimes(1)
    expect(p.ledger.watermark).toBe(0)
  })
})

describe('byte budget', () => {
  it('accepts no more for a plugin whose share is full, but does for the others', async () => {
    const gate = Promise.withResolvers<void>()
    const kit = pipelineKit({
      maxInFlightBytes: 6_000,
      plugins: [
        plugin({
          slug: 'slow',
          concurrency: 1,
          wantsProcessEvent: (name) => name === 'slow',
          processEvent: () => gate.promise,
        }),
        plugin({
          slug: 'quick',
          wantsProcessEvent: (name) => name === 'quick',
          processEvent: () => {},
        }),
      ],
    })
    const p = partition(kit)
    const big = 'x'.repeat(1_000)
    expect(p.put({ id: '1', kind: 'slow', big })).toBeUndefined()
    const obstacle = p.put({ id: '2', kind: 'slow', big })
    expect(obstacle?.why).toBe('plugin slow has used its share')
    expect(p.put({ id: '3', kind: 'quick', big })).toBeUndefined()
    const cleared = vi.fn()
    void obstacle?.cleared.then(cleared)
    await settled()
    expect(cleared).not.toHaveBeenCalled()
    gate.resolve()
    await settled()
    expect(cleared).toHaveBeenCalled()
    expect(p.put({ id: '2', kind: 'slow', big })).toBeUndefined()
    expect(kit.pipeline.stats().inFlightBytes).toBeGreaterThan(1_000)
  })
})

describe('a lost partition', () => {
  it('drops what is queued, aborts what is running, and settles nothing', async () => {
    const signals: AbortSignal[] = []
    const processEvent = vi.fn((_event: unknown, { signal }: { signal: AbortSignal }) => {
      signals.push(signal)
      return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    })
    const kit = pipelineKit({ plugins: [plugin({ processEvent })] })
    const p = partition(kit)
    p.put(moved('a'))
    p.put(moved('b'))
    await settled()
    p.lose()
    await settled()
    expect(signals[0]?.aborted).toBe(true)
    expect(processEvent).toHaveBeenCalledTimes(1)
    expect(kit.ended).toEqual([])
    expect(kit.notes).toEqual(['abandoned', 'abandoned'])
    expect(kit.pipeline.stats()).toEqual({
      inFlightDeliveries: 0,
      inFlightBytes: 0,
      unaccounted: 0,
    })
  })

  it('handles an entity in the next epoch only after the old handler has ended', async () => {
    const calls: string[] = []
    const gate = Promise.withResolvers<void>()
    const kit = pipelineKit({
      plugins: [
        plugin({
          async processEvent(event) {
            calls.push(event.id)
            if (event.id === 'old') await gate.promise
          },
        }),
      ],
    })
    const old = partition(kit)
    old.put(moved('old'))
    await settled()
    old.lose()
    const fresh = partition(kit)
    fresh.put(moved('new'))
    await settled()
    expect(calls).toEqual(['old'])
    gate.resolve()
    await settled()
    expect(calls).toEqual(['old', 'new'])
    expect(fresh.ledger.watermark).toBe(1)
  })
})

describe('audit', () => {
  it('notices a missing settle', async () => {
    const kit = pipelineKit({ plugins: [plugin({ processEvent: () => {} })] })
    const p = partition(kit)
    p.ledger.settle = () => {}
    p.put(moved('a'))
    await settled()
    expect(kit.pipeline.stats().unaccounted).toBe(1)
  })

  it('balances while deliveries are in flight', async () => {
    const kit = pipelineKit({
      plugins: [
        plugin({ slug: 'a', processEvent: never }),
        plugin({ slug: 'b', processEvent: () => {} }),
        plugin({ slug: 'c', wantsProcessEvent: () => false, processEvent: () => {} }),
      ],
    })
    const p = partition(kit)
    for (let n = 0; n < 20; n++) p.put(moved(`${n}`), `key ${n % 3}`)
    await settled()
    expect(kit.pipeline.stats()).toMatchObject({ inFlightDeliveries: 20, unaccounted: 0 })
  })
})
