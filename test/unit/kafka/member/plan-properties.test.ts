import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type {
  Member,
  Shares,
  TopicPartition,
} from '../../../../src/kafka/member/assigner/balance.ts'
import { cooperativePlan } from '../../../../src/kafka/member/plan.ts'
import { redriveInputOf, redriveTopicOf } from '../../../../src/topics/names.ts'

const INPUTS = ['a', 'b']
const TOPICS = [...INPUTS, ...INPUTS.map(redriveTopicOf)]
/** Give up what is to move, join again, get it; one more where claims contradicted each other. */
const ROUNDS_MAX = 4

const widthsArbitrary = fc
  .tuple(fc.nat(8), fc.nat(5))
  .map(([a, b]) => new Map(TOPICS.map((topic, i) => [topic, i % 2 === 0 ? a : b])))

const claim = fc.record({ topic: fc.constantFrom(...TOPICS, 'gone'), partition: fc.nat(9) })

/** With claims that are stale, made twice, or on what is not there. */
const group = fc
  .array(
    fc.record({
      claims: fc.array(claim, { maxLength: 8 }),
      generation: fc.integer({ min: -1, max: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((drawn) => drawn.map((each, i): Member => ({ ...each, id: `m${i}`, topics: TOPICS })))

const nameOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`
const unitOf = ({ topic, partition }: TopicPartition) =>
  `${redriveInputOf(topic) ?? topic}/${partition}`

function ownersOf(shares: Shares): Map<string, string[]> {
  const owners = new Map<string, string[]>()
  for (const [id, share] of shares) {
    for (const each of share) owners.set(nameOf(each), [...(owners.get(nameOf(each)) ?? []), id])
  }
  return owners
}

/** The members join again: each has handed over what it was not given. */
function again(members: readonly Member[], shares: Shares, generation: number): Member[] {
  return members.map((member) => ({ ...member, claims: shares.get(member.id) ?? [], generation }))
}

function textOf(shares: Shares): string[] {
  return [...shares].map(([id, share]) => `${id}: ${share.map(nameOf).sort()}`).sort()
}

/** Until the plan gives each member what it has. */
function settle(members: readonly Member[], widths: ReadonlyMap<string, number>) {
  let joining = members
  for (let round = 1; ; round++) {
    const shares = cooperativePlan(joining, widths)
    const next = again(joining, shares, 10 + round)
    const isSame = textOf(cooperativePlan(next, widths)).join() === textOf(shares).join()
    if (isSame || round > ROUNDS_MAX) return { shares, round, members: next }
    joining = next
  }
}

describe('a cooperative plan', () => {
  it('gives each partition to one member at most, whatever is claimed', () => {
    fc.assert(
      fc.property(group, widthsArbitrary, (members, widths) => {
        for (const [name, owners] of ownersOf(cooperativePlan(members, widths)))
          expect(owners, name).toHaveLength(1)
      }),
    )
  })

  it('gives nothing to a member while another one holds it', () => {
    fc.assert(
      fc.property(group, widthsArbitrary, (members, widths) => {
        for (const [id, share] of cooperativePlan(members, widths)) {
          for (const each of share) {
            const claiming = members.filter(({ claims }) =>
              claims.some((other) => unitOf(other) === unitOf(each)),
            )
            const latest = Math.max(...claiming.map(({ generation }) => generation))
            const holding = claiming.filter(({ generation }) => generation === latest)
            expect(holding.map((holder) => holder.id).filter((holder) => holder !== id)).toEqual([])
          }
        }
      }),
    )
  })

  it('assigns everything within a few rounds, evenly, and moves nothing after that', () => {
    fc.assert(
      fc.property(group, widthsArbitrary, (members, widths) => {
        const { shares, round } = settle(members, widths)
        expect(round).toBeLessThanOrEqual(ROUNDS_MAX)
        const all = [...widths].flatMap(([topic, count]) =>
          Array.from({ length: count }, (_, partition) => nameOf({ topic, partition })),
        )
        expect([...ownersOf(shares).keys()].sort()).toEqual(all.sort())
        const sizes = [...shares.values()].map(
          (share) => share.filter(({ topic }) => INPUTS.includes(topic)).length,
        )
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('keeps each redrive partition with its input', () => {
    fc.assert(
      fc.property(group, widthsArbitrary, (members, widths) => {
        const owners = ownersOf(cooperativePlan(members, widths))
        for (const [name, [owner]] of owners) {
          const [topic, partition] = name.split('/') as [string, string]
          const input = redriveInputOf(topic)
          if (input !== undefined) expect(owners.get(`${input}/${partition}`)).toEqual([owner])
        }
      }),
    )
  })

  it('lets members that stay go on with what they have when another comes or goes', () => {
    fc.assert(
      fc.property(group, widthsArbitrary, fc.nat(5), (members, widths, gone) => {
        const settled = settle(members, widths).members
        const newcomer: Member = { id: 'm9', topics: TOPICS, claims: [], generation: -1 }
        const namesOf = (shares: Shares, id: string) => shares.get(id)?.map(nameOf) ?? []
        const held = settled.flatMap(({ claims }) => claims.map(nameOf))
        const given = namesOf(cooperativePlan([...settled, newcomer], widths), 'm9')
        expect(given.filter((name) => held.includes(name))).toEqual([])
        const stay = settled.filter((_, i) => i !== gone)
        if (stay.length === 0) return
        const without = cooperativePlan(stay, widths)
        for (const { id, claims } of stay)
          expect(namesOf(without, id)).toEqual(expect.arrayContaining(claims.map(nameOf)))
      }),
    )
  })
})
