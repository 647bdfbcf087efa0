import { describe, expect, it } from 'vitest'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import type { Api } from './kafka-requests.ts'
import { plainTopic, pump } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

/** A member that the group still waits for would hold others up for as long. */
const SESSION_MS = 60_000
const SOON_MS = 20_000

describe('connections are reset while a member joins again', () => {
  it.each<Api>(['join', 'sync'])(
    'the service joins again as the same member when the answer to its %s is lost, and keeps what stays',
    async (lost) => {
      const { topic, groupId } = await plainTopic(2)
      await pump(topic, 2)
      const witness = new Witness()
      const link = await openKafkaLink()
      const options = { topics: [topic], groupId, witness, sessionTimeoutMs: SESSION_MS }
      const first = await link.through(() => startMember({ ...options, name: 'first' }))
      await until(() => first.reading().length === 2, { what: 'the first to read both' })
      let resets = 0
      link.onAnswer = async ({ api }, answer) => {
        if (api !== lost || resets > 0) return answer
        resets += 1
        link.reset()
        return answer
      }
      const second = await startMember({ ...options, name: 'second' })
      const areShared = () => first.reading().length === 1 && second.reading().length === 1
      await until(areShared, { what: 'each to read one', timeoutMs: SOON_MS })
      expect(resets).toBe(1)
      expect(first.reading().map((place) => witness.epochsOf(place))).toEqual([1])
      expect(witness.overlaps).toEqual([])
      expect(first.failures).toEqual([])
    },
  )

  it('the service joins with the id that it was given when its first join is lost', async () => {
    const { topic, groupId } = await plainTopic(1)
    const witness = new Witness()
    const link = await openKafkaLink()
    let joins = 0
    link.onAnswer = async ({ api }, answer) => {
      // The first answer says which id to join with.
      if (api === 'join' && ++joins === 2) link.reset()
      return answer
    }
    const options = {
      name: 'member',
      topics: [topic],
      groupId,
      witness,
      sessionTimeoutMs: SESSION_MS,
    }
    const { reading } = await link.through(() => startMember(options))
    await until(() => reading().length === 1, { what: 'it to read', timeoutMs: SOON_MS })
    expect(joins).toBe(3)
  })
})
