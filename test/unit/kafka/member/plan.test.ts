import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Member, TopicPartition } from '../../../../src/kafka/member/assigner/balance.ts'
import { cooperativePlan } from '../../../../src/kafka/member/plan.ts'
import { redriveInputOf, redriveTopicOf } from '../../../../src/topics/names.ts'

const TOPICS = ['events', redriveTopicOf('events'), 'orders']
const nameOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`
const unitOf = ({ topic, partition }: TopicPartition) =>
  `${redriveInputOf(topic) ?? topic}/${partition}`

const widths = fc.record({ events: fc.nat(6), orders: fc.nat(6) }).map(
  (all) =>
    new Map([
      ['events', all.events],
      [TOPICS[1]!, all.events],
      ['orders', all.orders],
    ]),
)
const claims = fc.uniqueArray(
  fc.record({ topic: fc.constantFrom(...TOPICS), partition: fc.nat(7) }),
  { maxLength: 10, selector: nameOf },
)
/** Also claims that are stale, or that two members make: a member may have missed what happened. */
const groups = fc
  .array(
    fc.record({
      topics: fc.constantFrom(TOPICS, TOPICS, TOPICS.slice(0, 2), ['orders']),
      claims,
      generation: fc.integer({ min: -1, max: 3 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((drawn) => drawn.map((each, n): Member => ({ ...each, id: `member-${n}` })))

it('gives each partition to one member at most, which reads its topic', () => {
  fc.assert(
    fc.property(groups, widths, (members, counts) => {
      const plan = cooperativePlan(members, counts)
      const all = [...plan.values()].flat()
      expect(new Set(all.map(nameOf)).size).toBe(all.length)
      for (const { id, topics } of members) {
        for (const { topic, partition } of plan.get(id) ?? []) {
          expect(topics).toContain(topic)
          expect(partition).toBeLessThan(counts.get(topic)!)
        }
      }
    }),
  )
})

it('gives no partition to a member while another one holds it by its latest claims', () => {
  fc.assert(
    fc.property(groups, widths, (members, counts) => {
      const plan = cooperativePlan(members, counts)
      for (const [id, share] of plan) {
        for (const each of share) {
          const holders = members.filter((member) =>
            member.claims.some((claim) => unitOf(claim) === unitOf(each)),
          )
          const latest = Math.max(...holders.map(({ generation }) => generation))
          const others = holders.filter((other) => other.generation === latest && other.id !== id)
          expect(others).toEqual([])
        }
      }
    }),
  )
})

it('settles: members that hand over what they lose have all partitions after a few joins', () => {
  fc.assert(
    fc.property(groups, widths, (members, counts) => {
      let group: readonly Member[] = members
      for (let generation = 4; generation < 10; generation++) {
        const plan = cooperativePlan(group, counts)
        const next = group.map((each) => ({ ...each, claims: plan.get(each.id) ?? [], generation }))
        const isSettled = next.every((each, n) => {
          const before = group[n]!.claims.map(nameOf).sort()
          return String(before) === String(each.claims.map(nameOf).sort())
        })
        group = next
        if (isSettled) break
        expect(generation).toBeLessThan(8)
      }
      const held = group.flatMap((each) => each.claims.map(nameOf))
      for (const [topic, count] of counts) {
        const input = redriveInputOf(topic)
        const isRead = group.some(({ topics }) => topics.includes(topic))
        if (!isRead || input !== undefined) continue
        for (let partition = 0; partition < count; partition++) {
          expect(held).toContain(`${topic}/${partition}`)
        }
      }
    }),
  )
})

it('keeps what a member holds when nothing has to move', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), widths, (count, counts) => {
      const fresh = Array.from({ length: count }, (_, n): Member => {
        return { id: `member-${n}`, topics: TOPICS, claims: [], generation: -1 }
      })
      const plan = cooperativePlan(fresh, counts)
      const joined = fresh.map((each) => ({ ...each, claims: plan.get(each.id)!, generation: 1 }))
      expect(cooperativePlan([...joined].reverse(), counts)).toEqual(plan)
    }),
  )
})
