import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TopicPartition } from '../../../../src/kafka/member/assigner/balance.ts'
import { memberOf, planOf, protocolsOf } from '../../../../src/kafka/member/protocols.ts'
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../src/kafka/member/subscription.ts'
import { Writer } from '../../../../src/kafka/wire/writer.ts'

const [COOPERATIVE, STICKY] = ['inventory-events-cooperative', 'inventory-events-sticky']

const topicNames = fc.constantFrom('events', 'orders', '__proto__', 'ä')
const partitions = fc.uniqueArray(fc.record({ topic: topicNames, partition: fc.nat(1_000) }), {
  maxLength: 30,
  selector: ({ topic, partition }) => `${topic}/${partition}`,
})
const subscriptions = fc.record({
  topics: fc.uniqueArray(topicNames),
  owned: partitions,
  generation: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
})
const byName = (all: readonly TopicPartition[]) =>
  all.map(({ topic, partition }) => `${topic}/${partition}`).sort()

describe('a subscription', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(subscriptions, (subscription) => {
        const read = decodeSubscription(encodeSubscription(subscription))
        expect(read.topics).toEqual(subscription.topics)
        expect(byName(read.owned)).toEqual(byName(subscription.owned))
        expect(read.generation).toBe(subscription.generation)
        expect(read.userData).toHaveLength(0)
      }),
    )
  })

  it('of any bytes counts as nothing, or as what can be read', () => {
    const bytes = fc.uint8Array({ maxLength: 200, size: 'max' }).map((all) => Buffer.from(all))
    fc.assert(
      fc.property(bytes, (hostile) => {
        const { topics, owned, generation } = decodeSubscription(hostile)
        expect(Number.isInteger(generation)).toBe(true)
        expect(topics.length + owned.length).toBeLessThanOrEqual(hostile.length)
      }),
      { numRuns: 1_000 },
    )
  })

  it('that is cut off anywhere keeps what was whole', () => {
    const whole = { topics: ['events'], owned: [{ topic: 'events', partition: 3 }], generation: 9 }
    const bytes = encodeSubscription(whole)
    for (let length = 0; length < bytes.length; length++) {
      const { topics, owned, generation } = decodeSubscription(bytes.subarray(0, length))
      expect([[], ['events']]).toContainEqual(topics)
      expect(owned.length).toBeLessThanOrEqual(1)
      expect(generation).toBe(-1)
    }
  })

  it.each([
    [0, [], -1],
    [1, [{ topic: 'events', partition: 7 }], -1],
    [2, [{ topic: 'events', partition: 7 }], 4],
    [3, [{ topic: 'events', partition: 7 }], 4],
  ])('of version %i is read', (version, owned, generation) => {
    const writer = new Writer().int16(version).int32(1).string('events')
    writer.bytes(Buffer.from('data'))
    if (version >= 1) writer.int32(1).string('events').int32(1).int32(7)
    if (version >= 2) writer.int32(4)
    if (version >= 3) writer.string('rack')
    expect(decodeSubscription(writer.written)).toEqual({
      topics: ['events'],
      userData: Buffer.from('data'),
      owned,
      generation,
    })
  })
})

describe('an assignment', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(partitions, (assigned) => {
        expect(byName(decodeAssignment(encodeAssignment(assigned)))).toEqual(byName(assigned))
      }),
    )
  })

  it('of nothing is nothing', () => {
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([])
    expect(decodeAssignment(encodeAssignment([]))).toEqual([])
  })

  it('that is cut off is an error', () => {
    const bytes = encodeAssignment([{ topic: 'events', partition: 1 }])
    // The user data at its end is not read.
    for (let length = 1; length < bytes.length - 4; length++) {
      expect(() => decodeAssignment(bytes.subarray(0, length))).toThrow(RangeError)
    }
  })
})

describe('protocols', () => {
  const mine = { topics: ['events'], owned: [{ topic: 'events', partition: 1 }], generation: 4 }

  it('are offered by mode, the better one first', () => {
    expect(protocolsOf('cooperative', mine).map(({ name }) => name)).toEqual([COOPERATIVE])
    expect(protocolsOf('eager', mine).map(({ name }) => name)).toEqual([COOPERATIVE, STICKY])
  })

  it('tell the leader the same of a member', () => {
    for (const { name, metadata } of protocolsOf('eager', mine)) {
      expect(memberOf(name, 'me', metadata)).toEqual({
        id: 'me',
        topics: ['events'],
        claims: mine.owned,
        generation: 4,
      })
    }
  })

  it('share everything out at once in an eager group, and hold back what another has in a cooperative one', () => {
    const widths = new Map([['events', 2]])
    const members = [
      {
        id: 'a',
        topics: ['events'],
        claims: [0, 1].map((partition) => ({ topic: 'events', partition })),
        generation: 4,
      },
      { id: 'b', topics: ['events'], claims: [], generation: -1 },
    ]
    const counts = (protocol: string) =>
      [...planOf(protocol, members, widths).values()].map((share) => share.length)
    expect(counts(STICKY)).toEqual([1, 1])
    expect(counts(COOPERATIVE)).toEqual([1, 0])
  })
})
