import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { shared } from './assignments.ts'
import { openKafkaLink } from './kafka-link.ts'
import { ERRORS } from './kafka-requests.ts'
import { plainTopic, pump } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

describe('a commit near a join', () => {
  it('is answered before the join, or sent after it', async () => {
    const { topic, groupId } = await plainTopic(2)
    await pump(topic, 2)
    const witness = new Witness()
    const link = await openKafkaLink()
    link.onAnswer = async ({ api }, answer) => {
      if (api === 'commit') await sleep(300)
      if (api === 'join' || api === 'sync') await sleep(600)
      return answer
    }
    const options = { topics: [topic], groupId, witness }
    const first = await link.through(() => startMember({ ...options, name: 'first' }))
    await until(() => first.reading().length === 2, { what: 'the first to read both' })
    for (const name of ['second', 'third']) {
      const other = await startMember({ ...options, name })
      await until(() => other.reading().length === 1, { what: `the ${name} to read one` })
      await other.consumer.stop(10_000)
      await until(() => first.reading().length === 2, { what: 'the first to read both again' })
    }
    // Joins that need an id of the group are sent twice.
    let isJoining = false
    let commits = 0
    let overlapping = 0
    for (const { what, api } of link.passed) {
      if (api === 'join' && what === 'request') isJoining = true
      if (api === 'sync' && what === 'answer') isJoining = false
      if (api === 'commit') commits += what === 'request' ? 1 : -1
      if (isJoining && commits > 0) overlapping += 1
    }
    expect(link.commits.length).toBeGreaterThan(3)
    expect(overlapping).toBe(0)
  })

  it('is refused, and its partition moves: it is not repeated for the new owner', async () => {
    const plugin = { slug: 'plugin', processEvent() {} }
    const s = await situation({ plugins: [plugin], partitions: 2 })
    const some = (count: number) =>
      Array.from({ length: count * 2 }, (_, n) => ({
        ...s.record(moved(`ent_${n}`)),
        partition: n % 2,
      }))
    const link = await openKafkaLink()
    link.refused.set('commit', ERRORS.COORDINATOR_LOAD_IN_PROGRESS)
    const committed = async (partition: number) => (await s.offsets())[partition]!.committed
    await link.through(() => s.start({ KAFKA_CLIENT_ID: 'first' }))
    await s.produce(some(5))
    const offsetsTried = () => link.commits.map(({ offset }) => offset)
    await until(() => offsetsTried().includes(5), { what: 'a commit to be refused' })
    await s.start({ KAFKA_CLIENT_ID: 'second' })
    const { first, second } = await shared(s.groupId, s.topic, ['first', 'second'])
    const { length: before } = link.commits
    const [lost] = second![s.topic] as [number]
    const [kept] = first![s.topic] as [number]
    await s.produce(some(15))
    await until(async () => (await committed(lost)) === 20, { what: 'the new owner to commit' })
    link.refused.clear()
    await until(async () => (await committed(kept)) === 20, { what: 'the old owner to commit' })
    expect(link.commits.slice(before).filter(({ partition }) => partition === lost)).toEqual([])
    expect(await committed(lost)).toBe(20)
  })
})
