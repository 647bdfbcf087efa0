import { expect, it, onTestFinished } from 'vitest'
import { openCluster } from '../../src/kafka/client/client.ts'
import { readLogRanges } from '../../src/kafka/fetch/log-ranges.ts'
import { Coordinator } from '../../src/kafka/member/coordinator.ts'
import { GroupMember } from '../../src/kafka/member/group-member.ts'
import type { Cluster } from '../../src/kafka/protocol/cluster.ts'
import { initProducerIdRequest } from '../../src/kafka/protocol/requests/init-producer-id.ts'
import { offsetFetchRequest } from '../../src/kafka/protocol/requests/offset-fetch.ts'
import {
  addOffsetsToTxnRequest,
  endTxnRequest,
  txnOffsetCommitRequest,
} from '../../src/kafka/protocol/requests/transaction.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'
import { Transactions } from '../../src/kafka/transactions/transactions.ts'
import { systemClock as clock } from '../../src/util/clock.ts'
import { createTopics, serviceClient, uniqueName, until } from '../support/stack.ts'

const LIMIT_MS = 20_000
const UNSTABLE_OFFSET_COMMIT = 88

function newCluster(): Cluster {
  const cluster = openCluster(serviceClient(), clock)
  onTestFinished(() => cluster.close())
  return cluster
}

/** A topic, and what one member of a group needs. */
async function situation() {
  const topic = uniqueName('state')
  const groupId = uniqueName('group')
  await createTopics({ topic, numPartitions: 2 })
  const cluster = newCluster()
  await cluster.want([topic])
  const newMember = () =>
    new GroupMember({
      ...{ cluster, groupId, instanceId: undefined, topics: [topic], mode: 'cooperative' },
      ...{ sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 },
      nowMs: () => clock.elapsedMs(),
      onConfirmed() {},
    })
  const member = newMember()
  await until(async () => (await member.join([], 'start')).assigned, { what: 'the member to join' })
  const transactions = (transactionalId = groupId) =>
    new Transactions({
      ...{
        cluster: newCluster(),
        clock,
        transactionalId,
        groupId,
        maxRequestBytes: 8_388_608,
        timeoutMs: LIMIT_MS,
      },
    })
  const write = (partition: number, ...values: string[]) => {
    const records = values.map((value) => {
      return { key: 'ent_1', value: Buffer.from(value), timestampMs: 1_700_000_000_000 }
    })
    return { topic, partition, records }
  }
  const fetchOffsets = async (requireStable: boolean) => {
    const coordinator = new Coordinator(cluster, { type: 'group', key: groupId })
    const body = { groupId, topics: [{ topic, partitions: [0] }], requireStable }
    const answer = await coordinator.send('offsets', offsetFetchRequest, body, LIMIT_MS)
    return answer.partitions[0]!
  }
  const values = () =>
    withLogReader(serviceClient(), [topic], async (reader) => {
      const read: string[] = []
      const lost = AbortSignal.timeout(LIMIT_MS)
      const onRecord = ({ value }: { value: Buffer | null }) => void read.push(`${value}`)
      const maxRecords = Infinity
      for (const partition of [0, 1]) {
        await reader.read({ topic, partition, maxRecords, lost, onRecord })
      }
      return read
    })
  /** Offsets that readers of committed records cannot reach yet. */
  const hidden = async () => {
    const places = [0, 1].map((partition) => ({ topic, partition }))
    const ends = async (isCommittedOnly: boolean) => {
      const ranges = await readLogRanges(cluster, places, { isCommittedOnly })
      return ranges.reduce((sum, each) => sum + ('range' in each ? each.range.high : 0), 0)
    }
    return (await ends(false)) - (await ends(true))
  }
  return { topic, groupId, cluster, member, transactions, write, fetchOffsets, values, hidden }
}

it('commits records of several partitions and offsets together, one transaction after the other', async () => {
  const s = await situation()
  const transactions = s.transactions()
  const many = Array.from({ length: 5_000 }, (_, n) => `${n}`)
  for (const [n, values] of [['one'], many, []].entries()) {
    const outcome = await transactions.commit({
      writes: values.length === 0 ? [] : [s.write(0, ...values), s.write(1, ...values)],
      member: s.member.identity,
      offsets: [{ topic: s.topic, partition: 0, offset: n + 1, leaderEpoch: -1 }],
    })
    expect(outcome).toEqual({ type: 'committed' })
  }
  const read = await s.values()
  expect(read).toHaveLength(2 + 2 * many.length)
  expect(read.filter((value) => value === 'one')).toHaveLength(2)
  expect(await s.fetchOffsets(true)).toMatchObject({ errorCode: 0, offset: 3 })
})

it('commits nothing for a member whose generation is over, and hides nothing from readers', async () => {
  const s = await situation()
  const transactions = s.transactions()
  const before = s.member.identity
  await s.member.join([], 'another generation')
  expect(s.member.identity.generation).toBeGreaterThan(before.generation)
  const content = {
    writes: [s.write(0, 'late')],
    offsets: [{ topic: s.topic, partition: 0, offset: 7, leaderEpoch: -1 }],
  }
  const late = await transactions.commit({ ...content, member: before })
  expect(late).toMatchObject({ type: 'aborted', error: { type: 'ILLEGAL_GENERATION' } })
  await until(async () => (await s.hidden()) === 0, { what: 'the transaction to be aborted' })
  expect(await s.values()).toEqual([])
  expect(await s.fetchOffsets(true)).toMatchObject({ errorCode: 0, offset: -1 })

  // The same producer goes on.
  const good = await transactions.commit({ ...content, member: s.member.identity })
  expect(good).toEqual({ type: 'committed' })
  expect(await s.values()).toEqual(['late'])
})

it('is fenced by another process with the same id', async () => {
  const s = await situation()
  const [first, second] = [s.transactions(), s.transactions()]
  const content = (value: string) => ({
    writes: [s.write(0, value)],
    member: s.member.identity,
    offsets: [{ topic: s.topic, partition: 0, offset: 1, leaderEpoch: -1 }],
  })
  expect(await first.commit(content('first'))).toEqual({ type: 'committed' })
  expect(await second.commit(content('second'))).toEqual({ type: 'committed' })
  expect(await first.commit(content('third'))).toMatchObject({ type: 'aborted' })
  expect(await s.values()).toEqual(['first', 'second'])
})

it('tells a successor that an offset is about to be committed', async () => {
  const s = await situation()
  const transactionalId = uniqueName('open')
  const coordinator = new Coordinator(s.cluster, { type: 'transaction', key: transactionalId })
  const group = new Coordinator(s.cluster, { type: 'group', key: s.groupId })
  const init = () =>
    coordinator.send(
      'transaction',
      initProducerIdRequest,
      { transactionalId, timeoutMs: LIMIT_MS },
      LIMIT_MS,
    )
  const started = await until(
    async () => {
      const answer = await init()
      return answer.errorCode === 0 ? answer : undefined
    },
    { what: 'a producer id' },
  )
  const producer = { transactionalId, producerId: started.producerId, epoch: started.epoch }
  const withGroup = { ...producer, ...s.member.identity }
  await coordinator.send('transaction', addOffsetsToTxnRequest, withGroup, LIMIT_MS)
  const partitions = [{ partition: 0, offset: 5, leaderEpoch: -1 }]
  const topics = [{ topic: s.topic, partitions }]
  const body = { ...withGroup, topics }
  const committed = await group.send('transaction', txnOffsetCommitRequest, body, LIMIT_MS)
  expect(committed.partitions).toEqual([{ topic: s.topic, partition: 0, errorCode: 0 }])

  expect(await s.fetchOffsets(false)).toMatchObject({ errorCode: 0, offset: -1 })
  expect(await s.fetchOffsets(true)).toMatchObject({ errorCode: UNSTABLE_OFFSET_COMMIT })
  await coordinator.send('transaction', endTxnRequest, { ...producer, commits: true }, LIMIT_MS)
  const isStable = async () => (await s.fetchOffsets(true)).offset === 5
  await until(isStable, { what: 'the offset to be stable' })
})
