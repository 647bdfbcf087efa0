import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balance, type Member } from '../../../src/kafka/member/assigner/balance.ts'
import { leastInTwo, leastMoves, moved, type Owners } from '../../scaling/moves.ts'

/** `aab` means that a owns the first two partitions and b the third. */
function owners(text: string, members: string): Owners {
  const byPartition = new Map([...text].map((member, partition) => [partition, member]))
  return { members: [...members], byPartition }
}

describe('partitions that move', () => {
  it('are those whose owner changes', () => {
    expect(moved(owners('aabb', 'ab'), owners('aabb', 'ab'))).toBe(0)
    expect(moved(owners('aabb', 'ab'), owners('abba', 'ab'))).toBe(2)
  })
})

describe('the minimum number of moves', () => {
  const aabbcc = owners('aaaabbbbcccc', 'abc')

  it.each([
    ['joins one', owners('aaaaaaaaaaaa', 'a'), owners('aaaaaabbbbbb', 'ab'), 6],
    ['join two, one two', owners('aaaaaabbbbbb', 'ab'), owners('aaacaabbbccc', 'abc'), 4],
    ['join three, three', aabbcc, owners('aaddbbeeccff', 'abcdef'), 6],
    [
      'joins six, a seventh',
      owners('aabbccddeeff', 'abcdef'),
      owners('?'.repeat(12), 'abcdefg'),
      1,
    ],
    ['leaves three', aabbcc, owners('bbccbbbbcccc', 'bc'), 4],
    ['is replaced by another', aabbcc, owners('bbbbccccdddd', 'bcd'), 4],
    ['nobody does anything', aabbcc, aabbcc, 0],
    ['all are replaced', aabbcc, owners('d'.repeat(12), 'd'), 12],
    ['there are more members than partitions', owners('ab', 'ab'), owners('ab', 'abc'), 0],
  ])('when one or more of them %s', (_, before, after, least) => {
    expect(leastMoves(before, after)).toBe(least)
  })

  it('is higher if some leave before others join', () => {
    expect(leastInTwo(aabbcc, owners('bbbbccccdddd', 'bcd'))).toBe(8)
    expect(leastInTwo(owners('aa', 'a'), owners('bb', 'b'))).toBe(2)
  })

  it('is what the group leader moves, for any joins and leaves', () => {
    const groups = fc.array(fc.subarray([...'abcdefg'], { minLength: 1 }), { minLength: 2 })
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 24 }), (history, partitions) => {
        let before: Owners | undefined
        for (const members of history) {
          const after = shareOut(members, partitions, before)
          if (before !== undefined) expect(moved(before, after)).toBe(leastMoves(before, after))
          before = after
        }
      }),
    )
  })
})

function shareOut(members: string[], partitions: number, before: Owners | undefined): Owners {
  const owned = [...(before?.byPartition ?? [])]
  const group = members.map(
    (id): Member => ({
      ...{ id, topics: ['t'], generation: 1 },
      claims: owned
        .filter(([, owner]) => owner === id)
        .map(([partition]) => ({ topic: 't', partition })),
    }),
  )
  const shares = balance(group, new Map([['t', partitions]]))
  const all = [...shares].flatMap(([id, share]) =>
    share.map(({ partition }) => [partition, id] as const),
  )
  return { members, byPartition: new Map(all) }
}
