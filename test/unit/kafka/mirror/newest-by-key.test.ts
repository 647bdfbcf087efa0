import { expect, it } from 'vitest'
import { NewestByKey } from '../../../../src/kafka/mirror/newest-by-key.ts'

/** Records of a log, each as its key and time. */
function newestOf(records: readonly [key: string | null, ms: number][], untilMs?: number) {
  const newest = new NewestByKey(untilMs)
  records.forEach(([key, timestampMs], offset) => {
    newest.take({ key: key === null ? null : Buffer.from(key), timestampMs, offset })
  })
  const { older, later, newestMs } = newest
  return { changed: [...newest.changed()], older, later, newestMs }
}

it('finds nothing in a log that was copied once, or again to its end', () => {
  const log: [string, number][] = [
    ['a', 1],
    ['b', 2],
    ['a', 3],
  ]
  const expected = { changed: [], older: 0, later: 0, newestMs: 3 }
  expect(newestOf(log)).toEqual(expected)
  expect(newestOf([...log, ...log])).toEqual(expected)
  expect(newestOf([...log, ...log.slice(0, 2), ...log])).toEqual(expected)
})

it('finds the newest record of each key, wherever a second copy was cut off', () => {
  const log: [string, number][] = [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
    ['b', 5],
  ]
  const found = log.map((_, n) => newestOf([...log, ...log.slice(0, n)]).changed)
  expect(found).toEqual([
    [],
    [['a', 2]],
    [
      ['a', 2],
      ['b', 4],
    ],
    [['b', 4]],
    [['b', 4]],
  ])
})

it('does so although compaction has removed the first copies', () => {
  expect(
    newestOf([
      ['a', 3],
      ['b', 5],
      ['a', 1],
      ['b', 2],
    ]).changed,
  ).toEqual([
    ['a', 0],
    ['b', 1],
  ])
})

it('goes back to a time: what came later is not the newest, and was nothing before if there is no other', () => {
  const log: [string, number][] = [
    ['a', 1],
    ['a', 3],
    ['new', 4],
    ['b', 1],
    ['b', 2],
    ['b', 1],
  ]
  expect(newestOf(log, 2)).toEqual({
    changed: [
      ['a', 0],
      ['new', undefined],
      ['b', 4],
    ],
    older: 1,
    later: 2,
    newestMs: 4,
  })
})

it('takes the last of records of the same time, and leaves those without a key out', () => {
  expect(
    newestOf([
      ['a', 1],
      ['a', 1],
      [null, 9],
    ]),
  ).toMatchObject({ changed: [], later: 0 })
})
