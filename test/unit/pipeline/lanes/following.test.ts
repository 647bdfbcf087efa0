import { expect, it } from 'vitest'
import type { Turn } from '../../../../src/pipeline/lanes/lane.ts'
import { Lanes } from '../../../../src/pipeline/lanes/lanes.ts'
import { ManualClock, settled } from '../../../support/manual-clock.ts'

/** Lanes whose items end their turns when a test says so. */
function harness(concurrency = 100) {
  const begun: string[] = []
  const done: string[] = []
  const ends = new Map<string, (turn: Turn) => void>()
  const lanes = new Lanes<string>({
    clock: new ManualClock(),
    concurrency,
    turn(item) {
      begun.push(item)
      return new Promise((resolve) => ends.set(item, resolve))
    },
  })
  const end = async (item: string, again?: Promise<void>) => {
    const turn: Turn =
      again === undefined ? { done: () => done.push(item) } : { again, why: 'retrying' }
    ends.get(item)?.(turn)
    await settled()
  }
  return { lanes, begun, done, end }
}

const isOpen = () => true

it('the next item has its turn once the one before has joined a batch', () => {
  const { lanes, begun } = harness()
  for (const item of ['a', 'b', 'c']) lanes.add('lane', item)
  expect(begun).toEqual(['a'])
  lanes.joined('lane', isOpen)
  expect(begun).toEqual(['a', 'b'])
  lanes.joined('lane', isOpen)
  lanes.joined('lane', isOpen)
  lanes.add('lane', 'd')
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  expect(lanes.running).toBe(4)
})

it('none follows into a batch that takes no more, before all in it have ended', async () => {
  const { lanes, begun, done, end } = harness()
  let open = true
  for (const item of ['a', 'b', 'c']) lanes.add('lane', item)
  lanes.joined('lane', () => open)
  open = false
  lanes.joined('lane', () => open)
  await end('b')
  expect(begun).toEqual(['a', 'b'])
  await end('a')
  expect(done).toEqual(['b', 'a'])
  expect(begun).toEqual(['a', 'b', 'c'])
})

it('one that needs another turn is the next to get one, before all that followed it', async () => {
  const { lanes, begun, end } = harness()
  const again = Promise.withResolvers<void>()
  for (const item of ['a', 'b', 'c']) lanes.add('lane', item)
  lanes.joined('lane', isOpen)
  await end('a', again.promise)
  expect(lanes.whenFirst('lane', 'b')).toBe(false)
  await end('b', Promise.resolve())
  expect(begun).toEqual(['a', 'b'])
  again.resolve()
  await settled()
  expect(begun).toEqual(['a', 'b', 'a'])
})

it('says when an item is the first, or that one before it needs another turn', async () => {
  const { lanes, end } = harness()
  for (const item of ['a', 'b', 'c']) lanes.add('lane', item)
  lanes.joined('lane', isOpen)
  lanes.joined('lane', isOpen)
  expect(lanes.whenFirst('lane', 'a')).toBe(true)
  expect(lanes.isFirst('lane', 'b')).toBe(false)
  const told: string[] = []
  for (const item of ['b', 'c']) {
    void Promise.resolve(lanes.whenFirst('lane', item)).then((is) => told.push(`${item} ${is}`))
  }
  await settled()
  expect(told).toEqual([])
  await end('a')
  expect(told).toEqual(['b true'])
  await end('b', new Promise(() => {}))
  expect(told).toEqual(['b true', 'c false'])
})

it('items that have followed are not removed, and their turns are waited for', async () => {
  const { lanes, end } = harness()
  for (const item of ['a', 'b', 'c']) lanes.add('lane', item)
  let open = true
  lanes.joined('lane', () => open)
  open = false
  expect(lanes.remove((item) => item !== 'a')).toEqual(['c'])
  let isOver = false
  void lanes
    .whenNoneRuns((item) => item === 'b')
    .then(() => {
      isOver = true
    })
  await end('a')
  expect(isOver).toBe(false)
  await end('b')
  expect(isOver).toBe(true)
  expect(lanes.size).toBe(0)
})

it('those that follow count against the concurrency', async () => {
  const { lanes, begun, end } = harness(2)
  for (const item of ['a', 'b', 'c']) lanes.add('lane', item)
  lanes.joined('lane', isOpen)
  lanes.joined('lane', isOpen)
  expect(begun).toEqual(['a', 'b'])
  await end('a')
  expect(begun).toEqual(['a', 'b', 'c'])
})

it('a long lane needs no stack for each of its items', () => {
  const items = 100_000
  let begun = 0
  const lanes = new Lanes<number>({
    clock: new ManualClock(),
    concurrency: items,
    turn(): Promise<Turn> {
      begun += 1
      lanes.joined('lane', isOpen)
      return new Promise(() => {})
    },
  })
  for (let item = 0; item < items; item++) lanes.add('lane', item)
  expect(begun).toBe(items)
})
