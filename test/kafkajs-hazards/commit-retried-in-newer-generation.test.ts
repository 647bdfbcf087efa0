import { setTimeout as sleep } from 'node:timers/promises'
import type { EachBatchPayload, OffsetsByTopicPartition } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { assigned } from './assignments.ts'
import { type KafkaLink, openKafkaLink } from './kafka-link.ts'
import { type PlainMember, plainMember, plainTopic, records } from './plain-member.ts'

/** The coordinator refuses a member's commit for a while; meanwhile the partition moves. */
describe('a commit fails, and its partition moves to another member', () => {
  interface Lost {
    topic: string
    partition: number
    link: KafkaLink
    committed: (partition: number) => Promise<number>
    /** How the first member's commit of 5 ended; undefined while it is pending. */
    result: () => 'committed' | 'failed' | undefined
  }

  type Commit = (member: PlainMember, payload: EachBatchPayload) => CommitAll
  type CommitAll = (offsets: OffsetsByTopicPartition) => Promise<void>

  /** A member commits 5 of both partitions, then loses one, whose new owner commits 20. */
  async function loseOne(commitWith: Commit): Promise<Lost> {
    const { topic, groupId, produce, committed } = await plainTopic(2)
    await produce(records(20, 0, 1))
    const link = await openKafkaLink()
    link.refusesCommits = true
    let payload: EachBatchPayload | undefined
    const take = async (each: EachBatchPayload) => {
      payload = each
    }
    const member = { groupId, topics: [topic] }
    const retry = { initialRetryTime: 300, maxRetryTime: 1_000, retries: 20 }
    const first = await link.through(() =>
      plainMember({ ...member, run: { autoCommit: false, eachBatch: take }, config: { retry } }),
    )
    await until(() => payload !== undefined, { what: 'the first member to have a batch' })
    const partitions = [0, 1].map((partition) => ({ partition, offset: '5' }))
    let result: 'committed' | 'failed' | undefined
    void commitWith(
      first,
      payload!,
    )({ topics: [{ topic, partitions }] }).then(
      () => (result = 'committed'),
      () => (result = 'failed'),
    )
    const run = { autoCommit: false, eachBatch: async () => {} }
    const second = await plainMember({ ...member, run })
    await until(() => first.partitionsOf(topic).length === 1, { what: 'the first to lose one' })
    const [partition] = second.partitionsOf(topic) as [number]
    await second.consumer.commitOffsets([{ topic, partition, offset: '20' }])
    expect(await committed(partition)).toBe(20)
    link.refusesCommits = false
    return { topic, partition, link, committed, result: () => result }
  }

  it("plain kafkajs' commitOffsets retries in the newer generation, and rewinds the partition", async () => {
    const { partition, committed, result } = await loseOne(
      ({ consumer }) =>
        ({ topics }) =>
          consumer.commitOffsets(
            topics.flatMap(({ topic, partitions }) =>
              partitions.map((each) => ({ topic, ...each })),
            ),
          ),
    )
    await until(() => result() === 'committed', { what: 'the old commit to succeed' })
    expect(await committed(partition)).toBe(5)
  })

  it("plain kafkajs' commitOffsetsIfNecessary, which the service uses, makes one attempt", async () => {
    const { partition, committed, result, link } = await loseOne(
      (_, payload) => (offsets) => payload.commitOffsetsIfNecessary(offsets),
    )
    expect(result()).toBe('failed')
    expect(link.commits).toHaveLength(2)
    expect(await committed(partition)).toBe(20)
  })

  it('the service commits no offset of a partition that it lost', async () => {
    const plugin: Plugin = { slug: 'plugin', processEvent() {} }
    const s = await situation({ plugins: [plugin], partitions: 2 })
    const some = (count: number) =>
      Array.from({ length: count * 2 }, (_, n) => ({
        ...s.record(moved(`ent_${n}`)),
        partition: n % 2,
      }))
    const link = await openKafkaLink()
    link.refusesCommits = true
    const committed = async (partition: number) => (await s.offsets())[partition]!.committed
    await link.through(() => s.start({ KAFKA_CLIENT_ID: 'first' }))
    await s.produce(some(5))
    const offsetsTried = () => link.commits.map(({ offset }) => offset)
    await until(() => offsetsTried().includes(5), { what: 'a commit to be refused' })
    const [before] = link.commits

    // Offsets keep rising, so that there is a commit to retry whenever the partition moves.
    let each = 5
    let isShared = false
    const rising = async () => {
      for (; !isShared; each++) {
        await s.produce(some(1))
        await sleep(500)
      }
    }
    const risen = rising()
    await s.start({ KAFKA_CLIENT_ID: 'second' })
    const shared = assigned(s.groupId, ['first', 'second'], 15_000)
    const { first, second } = await shared.finally(() => {
      isShared = true
    })
    await risen
    const [lost] = second![s.topic] as [number]
    const [kept] = first![s.topic] as [number]
    await s.produce(some(15))
    const end = each + 15
    await until(async () => (await committed(lost)) === end, { what: 'the new owner to commit' })
    link.refusesCommits = false
    await until(async () => (await committed(kept)) === end, { what: 'the old owner to commit' })
    await until(() => offsetsTried().includes(end), { what: 'it to have tried that commit' })

    const later = link.commits.filter(({ generation }) => generation > before!.generation)
    expect(later.filter(({ partition }) => partition === lost)).toEqual([])
    expect(await committed(lost)).toBe(end)
  })
})
