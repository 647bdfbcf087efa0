import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Turn } from '../../../../src/pipeline/lanes/lane.ts'
import { Lanes } from '../../../../src/pipeline/lanes/lanes.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

interface Item {
  lane: string
  number: number
  /** Number of turns that end in a wait before the last one. */
  failures: number
}

const items = fc
  .array(fc.record({ lane: fc.constantFrom('a', 'b', 'c', 'd'), failures: fc.nat(3) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((all) => all.map((item, number): Item => ({ ...item, number })))

/** Runs items through lanes; a scheduler decides the order in which turns and waits settle. */
function harness(scheduler: fc.Scheduler, concurrency: number) {
  const done: Item[] = []
  const turns: Item[] = []
  const inTurn = new Set<string>()
  const failed = new Map<Item, number>()
  let mostAtOnce = 0
  const lanes = new Lanes<Item>({
    clock: new ManualClock(),
    concurrency,
    async turn(item): Promise<Turn> {
      expect(inTurn.has(item.lane), 'two turns of one lane at once').toBe(false)
      inTurn.add(item.lane)
      turns.push(item)
      mostAtOnce = Math.max(mostAtOnce, inTurn.size)
      await scheduler.schedule(Promise.resolve(), `turn ${item.number}`)
      inTurn.delete(item.lane)
      const failures = failed.get(item) ?? 0
      if (failures === item.failures) return { done: () => done.push(item) }
      failed.set(item, failures + 1)
      const again = scheduler.schedule(Promise.resolve(), `wait ${item.number}`)
      return { again, why: 'retrying' }
    },
  })
  return { lanes, done, turns, mostAtOnce: () => mostAtOnce }
}

function byLane(all: Item[]): Map<string, number[]> {
  const lanes = new Map<string, number[]>()
  for (const { lane, number } of all) lanes.set(lane, [...(lanes.get(lane) ?? []), number])
  return lanes
}

/** A wait gives several turns of one item: only the order of distinct items counts. */
function withoutRepeats(all: Item[]): Item[] {
  return [...new Set(all)]
}

/** Lets up to this many scheduled turns and waits settle, with their consequences. */
async function runOut(scheduler: fc.Scheduler, limit = 10_000): Promise<void> {
  for (let step = 0; step < limit; step++) {
    await settled()
    if (scheduler.count() === 0) return
    await scheduler.waitOne()
  }
  await settled()
}

describe('lanes', () => {
  it('keep order within a lane and respect the limit under any interleaving', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), items, fc.integer({ min: 1, max: 5 }), async (s, all, n) => {
        const { lanes, done, turns, mostAtOnce } = harness(s, n)
        for (const item of all) lanes.add(item.lane, item)
        await runOut(s)
        expect(byLane(done)).toEqual(byLane(all))
        expect(byLane(withoutRepeats(turns))).toEqual(byLane(all))
        expect(mostAtOnce()).toBeLessThanOrEqual(n)
        expect(lanes.size).toBe(0)
        expect(lanes.running).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('remove items that are not in a turn, and continue with the rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), items, fc.nat(30), async (s, all, steps) => {
        const { lanes, done } = harness(s, 2)
        for (const item of all) lanes.add(item.lane, item)
        await runOut(s, steps)
        const before = lanes.size
        const removed = lanes.remove((item) => item.number % 2 === 0)
        expect(lanes.size).toBe(before - removed.length)
        await runOut(s)
        expect(done.length + removed.length).toBe(all.length)
        const kept = all.filter((item) => !removed.includes(item))
        expect(byLane(done)).toEqual(byLane(kept))
        expect(lanes.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  it('do not count against the concurrency while they wait', async () => {
    const order: string[] = []
    let wake = () => {}
    const woken = new Promise<void>((resolve) => {
      wake = resolve
    })
    let failed = false
    const lanes = new Lanes<string>({
      clock: new ManualClock(),
      concurrency: 1,
      async turn(item) {
        if (item === 'a' && !failed) {
          failed = true
          return { again: woken, why: 'retrying' }
        }
        return { done: () => order.push(item) }
      },
    })
    lanes.add('a', 'a')
    lanes.add('b', 'b')
    await lanes.whenQuiet()
    expect(order).toEqual(['b'])
    wake()
    await settled()
    expect(order).toEqual(['b', 'a'])
  })

  it('wake a lane whose waiting head was removed', async () => {
    const order: string[] = []
    const lanes = new Lanes<string>({
      clock: new ManualClock(),
      concurrency: 1,
      async turn(item) {
        if (item === 'stuck') return { again: new Promise(() => {}), why: 'held' }
        return { done: () => order.push(item) }
      },
    })
    lanes.add('lane', 'stuck')
    lanes.add('lane', 'next')
    await lanes.whenQuiet()
    expect(lanes.remove((item) => item === 'stuck')).toEqual(['stuck'])
    await settled()
    expect(order).toEqual(['next'])
  })

  it('finish synchronous turns within the call, in order', () => {
    const order: string[] = []
    const turn = (item: string) => ({ done: () => void order.push(item) })
    const lanes = new Lanes<string>({ clock: new ManualClock(), concurrency: 1, turn })
    for (const item of ['a', 'b', 'c']) lanes.add('lane', item)
    expect(order).toEqual(['a', 'b', 'c'])
    expect(lanes.size).toBe(0)
  })

  it('yield to the event loop if such turns run for long', async () => {
    const clock = new ManualClock()
    const order: number[] = []
    let open = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const waited = new Set<number>()
    const lanes = new Lanes<number>({
      clock,
      concurrency: 1,
      turn(item) {
        if (!waited.has(item)) {
          waited.add(item)
          return { again: opened, why: 'paused' }
        }
        clock.pass(100)
        return { done: () => void order.push(item) }
      },
    })
    const all = [0, 1, 2, 3, 4, 5, 6]
    for (const item of all) lanes.add(String(item), item)
    open()
    for (let n = 0; n < 20; n++) await Promise.resolve()
    expect(order).toEqual([0, 1, 2])
    await settled()
    await settled()
    await settled()
    expect(order).toEqual(all)
  })
})
