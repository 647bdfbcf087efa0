import { expect, it } from 'vitest'
import {
  decodeSplit,
  encodeSplit,
  isSplitKey,
  isSuccessor,
  type Split,
} from '../../../src/control/split-record.ts'

const split: Split = {
  from: 'events',
  state: 'copying',
  formerGroups: { a: ['events', 'older'], b: ['events'] },
  offsets: { 'inventory.events': { 0: 7, 11: 0 } },
  by: 'ann@host',
  at: '2026-01-02T03:04:05.678Z',
  why: 'a "quoted" reason',
}

it('a split is decoded as it was encoded', () => {
  const { key, value } = encodeSplit(split)
  expect(isSplitKey(key)).toBe(true)
  expect(decodeSplit(value)).toEqual(split)
})

it.each([
  [{ v: 2 }, 'expected version 1, got 2'],
  [{ state: 'half' }, 'expected state copying or done, got "half"'],
  [{ formerGroups: { a: 'events' } }, 'expected groups, got "events"'],
  [{ formerGroups: 1 }, 'got 1'],
  [{ offsets: { t: { 0: -1 } } }, 'expected offsets by partition'],
])('one that this version does not know is rejected: %j', (change, why) => {
  const value = JSON.parse(String(encodeSplit(split).value))
  const changed = Buffer.from(JSON.stringify({ ...value, ...change }))
  expect(() => decodeSplit(changed)).toThrow(why)
  expect(() => decodeSplit(changed)).toThrow(expect.objectContaining({ code: 'CONTROL_INVALID' }))
})

it('a group is the successor of those that its plugins were in', () => {
  const of = (group: string, slug: string) => isSuccessor(split, group, slug)
  expect([of('events', 'a'), of('older', 'a'), of('events', 'b'), of('older', '*')]).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect([of('older', 'b'), of('events', 'c'), of('others', 'a'), of('others', '*')]).toEqual([
    false,
    false,
    false,
    false,
  ])
})
