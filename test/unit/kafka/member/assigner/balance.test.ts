import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  balance,
  type Member,
  type Shares,
} from '../../../../../src/kafka/member/assigner/balance.ts'
import {
  decodeMemberMetadata,
  encodeMemberMetadata,
} from '../../../../../src/kafka/member/assigner/member-metadata.ts'

const widths = new Map([
  ['inventory.events', 12],
  ['plugin.events', 6],
])
const both = [...widths.keys()]

/** The members as they rejoin after this assignment. */
function again(shares: Shares, ids: string[], generation: number): Member[] {
  return ids.map((id) => ({
    id,
    topics: both,
    claims: shares.get(id) ?? [],
    generation: shares.has(id) ? generation : -1,
  }))
}

function movedBetween(before: Shares, after: Shares): number {
  let moved = 0
  for (const [id, shares] of after) {
    const had = new Set(before.get(id)?.map(({ topic, partition }) => `${topic}/${partition}`))
    moved += shares.filter(({ topic, partition }) => !had.has(`${topic}/${partition}`)).length
  }
  return moved
}

/** Metadata of a member that uses the current format, or claims to. */
function format1(claims: unknown): Buffer {
  const text = JSON.stringify(claims, (_, value) => (typeof value === 'bigint' ? '' : value))
  return Buffer.concat([Buffer.from([1]), Buffer.from(text ?? '')])
}

const sizes = (shares: Shares) => [...shares.values()].map((share) => share.length).sort()
const ids = (n: number) => Array.from({ length: n }, (_, i) => `member-${i}`)

describe('balance', () => {
  it('assigns each partition to exactly one member that reads its topic', () => {
    const member = fc.record({
      topics: fc.subarray(['a', 'b', 'c']),
      claims: fc.array(fc.record({ topic: fc.constantFrom('a', 'b', 'x'), partition: fc.nat(9) })),
      generation: fc.integer({ min: -1, max: 3 }),
    })
    fc.assert(
      fc.property(
        fc.array(member, { maxLength: 6 }),
        fc.array(fc.nat(8), { minLength: 3, maxLength: 3 }),
        (drawn, wide) => {
          const members = drawn.map((each, i) => ({ ...each, id: `m${i}` }))
          const all = new Map(['a', 'b', 'c'].map((topic, i) => [topic, wide[i] as number]))
          const given = [...balance(members, all)].flatMap(([id, share]) =>
            share.map((each) => ({ id, ...each })),
          )
          const names = given.map(({ topic, partition }) => `${topic}/${partition}`)
          expect(new Set(names).size).toBe(names.length)
          for (const { id, topic } of given) {
            expect(members.find((each) => each.id === id)?.topics).toContain(topic)
          }
          const read = new Set(members.flatMap(({ topics }) => topics))
          const expected = [...all].reduce(
            (sum, [topic, width]) => sum + (read.has(topic) ? width : 0),
            0,
          )
          expect(names).toHaveLength(expected)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('balances each topic evenly if all members read the same topics', () => {
    const shares = balance(again(new Map(), ids(3), 0), widths)
    expect(sizes(shares)).toEqual([6, 6, 6])
    for (const share of shares.values()) {
      expect(share.filter(({ topic }) => topic === 'plugin.events')).toHaveLength(2)
    }
  })

  it('moves as few partitions as possible when members join and leave', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (from, to) => {
        const before = balance(again(new Map(), ids(from), 0), widths)
        const after = balance(again(before, ids(to), 1), widths)
        const least = Math.max(0, Math.floor(18 / Math.max(from, to)) * Math.abs(from - to))
        const most = Math.ceil(18 / Math.max(from, to)) * Math.abs(from - to)
        const moved = movedBetween(before, after)
        expect(moved).toBeGreaterThanOrEqual(least)
        expect(moved).toBeLessThanOrEqual(most)
        const [smallest] = sizes(after)
        expect(Math.max(...sizes(after)) - (smallest as number)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('honours the claim of the later generation, and neither of two equal ones', () => {
    const claim = [{ topic: 'plugin.events', partition: 0 }]
    const one = new Map([['plugin.events', 1]])
    const late = { id: 'late', topics: both, claims: claim, generation: 5 }
    const zombie = { id: 'a-zombie', topics: both, claims: claim, generation: 4 }
    expect(balance([zombie, late], one).get('late')).toEqual(claim)
    const twin = { ...late, id: 'twin' }
    const shares = balance([late, twin], one)
    expect(sizes(shares)).toEqual([0, 1])
  })

  it('lets a member keep its partitions before a heartbeat has set its generation', () => {
    const claims = [{ topic: 'a', partition: 0 }]
    const members: Member[] = [
      { id: 'owner', topics: ['a'], claims, generation: -1 },
      { id: 'newcomer', topics: ['a'], claims: [], generation: -1 },
    ]
    expect(balance(members, new Map([['a', 1]])).get('owner')).toEqual(claims)
  })

  it('assigns topics that only a newer member reads', () => {
    const old = { id: 'old', topics: ['plugin.events'], claims: [], generation: 1 }
    const fresh = { id: 'new', topics: both, claims: [], generation: -1 }
    const shares = balance([old, fresh], widths)
    const inventory = shares.get('new')?.filter(({ topic }) => topic === 'inventory.events')
    expect(inventory).toHaveLength(12)
    expect(shares.get('old')).toHaveLength(6)
  })
})

describe('redrive partitions', () => {
  const withRedrives = new Map(
    [...widths].flatMap(([t, n]) => [[t, n] as const, [`${t}.redrive`, n]]),
  )
  const all = [...withRedrives.keys()]
  const place = ({ topic, partition }: { topic: string; partition: number }) =>
    `${topic}/${partition}`

  it('go to the member with the input partition, if it reads the redrive topic', () => {
    const member = fc.record({
      topics: fc.constantFrom(all, both, ['plugin.events', 'plugin.events.redrive']),
      claims: fc.array(fc.record({ topic: fc.constantFrom(...all), partition: fc.nat(12) })),
      generation: fc.integer({ min: -1, max: 3 }),
    })
    const drawn = fc.array(member, { maxLength: 6 })
    const width = fc.record({ topic: fc.constantFrom(...all), partitions: fc.nat(12) })
    fc.assert(
      fc.property(drawn, fc.array(width), (some, other) => {
        const members = some.map((each, i) => ({ ...each, id: `m${i}` }))
        const wide = new Map([
          ...withRedrives,
          ...other.map((w) => [w.topic, w.partitions] as const),
        ])
        const inputs = balance(
          members,
          new Map([...wide].filter(([topic]) => both.includes(topic))),
        )
        for (const [id, share] of balance(members, wide)) {
          const { topics } = members.find((each) => each.id === id)!
          const expected = inputs.get(id)!.flatMap((input) => {
            const redrive = { ...input, topic: `${input.topic}.redrive` }
            const isThere = input.partition < wide.get(redrive.topic)!
            return isThere && topics.includes(redrive.topic) ? [input, redrive] : [input]
          })
          expect(share.map(place).sort()).toEqual(expected.map(place).sort())
        }
      }),
      { numRuns: 300 },
    )
  })

  it('move with their input partition only', () => {
    const members = (shares: Shares, count: number) =>
      again(shares, ids(count), 1).map((each) => ({ ...each, topics: all }))
    const before = balance(members(new Map(), 2), withRedrives)
    const after = balance(members(before, 3), withRedrives)
    expect(movedBetween(before, after)).toBe(12)
    expect(sizes(after)).toEqual([12, 12, 12])
  })
})

describe('member metadata', () => {
  it('survives a round trip', () => {
    const claims = {
      generation: 7,
      owned: [
        { topic: 'a', partition: 1 },
        { topic: 'a', partition: 3 },
        { topic: 'b', partition: 0 },
      ],
    }
    expect(decodeMemberMetadata(encodeMemberMetadata(claims))).toEqual(claims)
  })

  it('is empty if it cannot be decoded', () => {
    const nothing = { generation: -1, owned: [] }
    expect(decodeMemberMetadata(undefined)).toEqual(nothing)
    expect(decodeMemberMetadata(null)).toEqual(nothing)
    expect(decodeMemberMetadata(Buffer.alloc(0))).toEqual(nothing)
    expect(decodeMemberMetadata(Buffer.from([2, 1, 2]))).toEqual(nothing)
    expect(decodeMemberMetadata(Buffer.from([1, 1, 2]))).toEqual(nothing)
  })

  it('ignores fields added by a later version', () => {
    const more = { generation: 3, partitions: { a: [2], b: [null, 'x', 1] }, zone: 'here' }
    expect(decodeMemberMetadata(format1(more))).toEqual({
      generation: 3,
      owned: [
        { topic: 'a', partition: 2 },
        { topic: 'b', partition: 1 },
      ],
    })
  })

  it('never throws, whatever a member sends', () => {
    const nearly = fc.record(
      { generation: fc.anything(), partitions: fc.dictionary(fc.string(), fc.anything()) },
      { requiredKeys: [] },
    )
    const sent = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.uint8Array().map((bytes) => Buffer.from([1, ...bytes])),
      fc.oneof(nearly, fc.jsonValue()).map(format1),
    )
    fc.assert(
      fc.property(sent, (userData) => {
        const { generation, owned } = decodeMemberMetadata(userData)
        expect(Number.isSafeInteger(generation)).toBe(true)
        expect(owned.every(({ partition }) => Number.isSafeInteger(partition))).toBe(true)
      }),
    )
  })
})
