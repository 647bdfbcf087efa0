import { describe, expect, it, onTestFinished } from 'vitest'
import { openCluster } from '../../src/kafka/client/client.ts'
import { fetchOnce } from '../../src/kafka/fetch/send-fetch.ts'
import { GroupMember } from '../../src/kafka/member/group-member.ts'
import { systemClock } from '../../src/util/clock.ts'
import { serviceClient, until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainTopic, pump, records } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const SESSION_MS = 6_000

describe('a join waits for other members', () => {
  it('holds up no heartbeat, commit or fetch of the same process', async () => {
    const { topic, groupId, produce, committed } = await plainTopic(2)
    await produce(records(3, 0))
    const cluster = openCluster(serviceClient(), systemClock)
    onTestFinished(() => cluster.close())
    await cluster.want([topic])
    const member = () =>
      new GroupMember({
        cluster,
        groupId,
        instanceId: undefined,
        topics: [topic],
        mode: 'cooperative',
        sessionTimeoutMs: 30_000,
        rebalanceTimeoutMs: 60_000,
        onConfirmed() {},
        nowMs: () => performance.now(),
      })
    const [first, second] = [member(), member()]
    await until(() => first.join([], 'test'), { what: 'the first to join' })
    let hasJoined = false
    const joining = second.join([], 'test').finally(() => {
      hasJoined = true
    })
    const asksToRejoin = () =>
      first.heartbeat(5_000).then(
        () => false,
        ({ type }) => type === 'REBALANCE_IN_PROGRESS',
      )
    await until(asksToRejoin, { what: 'the coordinator to wait for the first' })

    expect(await first.commit([{ topic, partition: 0, offset: 2, leaderEpoch: -1 }])).toEqual([])
    expect(await committed(0)).toBe(2)
    const { nodeId, epoch } = cluster.leaderOf(topic, 0)!
    const place = {
      topic,
      topicId: cluster.topic(topic)!.topicId,
      partition: 0,
      ...{ leaderEpoch: epoch, lastFetchedEpoch: -1 },
      offset: 0,
      maxBytes: 1_000_000,
    }
    const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 1_000_000, limitMs: 5_000 }
    expect((await fetchOnce(cluster, nodeId, [place], limits))[0]!.batches).toHaveLength(1)
    expect(hasJoined).toBe(false)

    await first.leave()
    await joining
  })

  it('what a member holds is fetched, and its heartbeats keep it a member', async () => {
    const { topic, groupId } = await plainTopic(2)
    const witness = new Witness()
    const link = await openKafkaLink()
    const options = { topics: [topic], groupId, witness, sessionTimeoutMs: SESSION_MS }
    const first = await link.through(() => startMember({ ...options, name: 'first' }))
    await until(() => first.reading().length === 2, { what: 'the first to read both' })
    await pump(topic, 2)
    const release = Promise.withResolvers<void>()
    onTestFinished(() => release.resolve())
    let heldAtMs = 0
    link.onAnswer = async ({ api }, answer) => {
      if (api !== 'sync') return answer
      heldAtMs = performance.now()
      await release.promise
      return answer
    }
    await startMember({ ...options, name: 'second' })
    await until(() => heldAtMs > 0, { what: 'the first to wait for its assignment' })
    const readsOn = () =>
      [0, 1].every((partition) =>
        witness
          .by('first')
          .some(
            ({ place, atMs }) =>
              place === `${topic}/${partition}` && atMs > heldAtMs + SESSION_MS * 1.5,
          ),
      )
    await until(readsOn, { what: 'the first to read both one and a half sessions later' })
    expect(first.log.filter(({ msg }) => msg === 'lost the membership; joining again')).toEqual([])
    release.resolve()
    await until(() => first.reading().length === 1, { what: 'the first to have handed one over' })
    await until(() => witness.by('second').length > 0, { what: 'the second to read it' })
    expect(witness.overlaps).toEqual([])
  })
})
