import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Latch } from '../../../src/util/latch.ts'
import { ManualClock, settled } from '../../support/manual-clock.ts'

function situation() {
  const [clock, latch] = [new ManualClock(), new Latch()]
  const done: string[] = []
  const wait = (name: string, limitMs: number) =>
    void latch.wait(limitMs, clock).then(() => done.push(name))
  return { clock, latch, done, wait }
}

it('wakes all who wait, and lets pass who comes later, until it is cleared', async () => {
  const { clock, latch, done, wait } = situation()
  wait('a', 1_000)
  wait('b', 2_000)
  await settled()
  expect(done).toEqual([])
  latch.set()
  wait('c', 1_000)
  await settled()
  expect(done.sort()).toEqual(['a', 'b', 'c'])
  expect(clock.pending).toBe(0)
  latch.clear()
  wait('d', 1_000)
  await settled()
  expect(done).toHaveLength(3)
})

it('lets who waits go on at the limit', async () => {
  const { clock, latch, done, wait } = situation()
  wait('a', 1_000)
  await clock.advance(999)
  expect(done).toEqual([])
  await clock.advance(1)
  expect([done, latch.isSet]).toEqual([['a'], false])
})

it('keeps nothing of waits that are over', async () => {
  const latch = new Latch()
  const clock = { sleep: async () => {} }
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const waitOften = async () => {
    for (let n = 0; n < 20_000; n++) await latch.wait(1, clock)
    collect()
    return process.memoryUsage().heapUsed
  }
  await waitOften()
  const before = await waitOften()
  expect((await waitOften()) - before).toBeLessThan(1_000_000)
})
