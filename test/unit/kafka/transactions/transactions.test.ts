import { expect, it } from 'vitest'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import type { RequestType } from '../../../../src/kafka/protocol/request.ts'
import { AT } from '../../../../src/kafka/records/record-batch.ts'
import { Transactions } from '../../../../src/kafka/transactions/transactions.ts'
import type { PartitionRecords } from '../../../../src/kafka/transactions/write-in-transaction.ts'

const FENCED = 90
const CONCURRENT_TRANSACTIONS = 51
const NOT_COORDINATOR = 16
const ID_DENIED = 53
const NOT_ATTEMPTED = 55
const ILLEGAL_GENERATION = 22
const TOPIC_REFUSED = 29
const LIMIT_MS = 300

/** A clock that goes on by what is slept, at once. */
function impatient() {
  let nowMs = 0
  const sleep = async (ms: number) => {
    nowMs += ms
  }
  return { elapsedMs: () => nowMs, sleep }
}

/** What the brokers do with a request: an error code, one for each of its topics, or no response. */
type Fate = number | readonly number[] | 'lost'

/** Brokers that answer as they are told, once for each entry; else without errors. */
function situation(fates: Record<string, Fate[]> = {}) {
  const asked: string[] = []
  const batches: { partition: number; records: number }[] = []
  let epoch = -1
  const send = async (_: unknown, __: unknown, { name }: { name: string }, body: Body) => {
    asked.push(body.epoch === undefined ? name : `${name} ${body.epoch}`)
    const fate = fates[name]?.shift() ?? 0
    if (fate === 'lost') throw new Error('no response in time')
    if (name === 'InitProducerId') {
      if (fate === 0) epoch += 1
      return { errorCode: fate, producerId: 7n, epoch }
    }
    const topics = body.topics ?? []
    if (name === 'Produce') {
      const written = topics.flatMap(({ partitions }) => partitions as Written[])
      for (const { partition, batch } of written)
        batches.push({ partition, records: batch.readInt32BE(AT.count) })
    }
    const partitions = topics.flatMap(({ topic, partitions }, n) =>
      partitions.map((each) => {
        const partition = typeof each === 'number' ? each : each.partition
        const errorCode = typeof fate === 'number' ? fate : fate[n]
        return { topic, partition, errorCode, baseOffset: 0 }
      }),
    )
    return topics.length === 0 ? { errorCode: fate } : { partitions }
  }
  const cluster = {
    send,
    sendToAny: async (_: RequestType<unknown, unknown>) => {
      return { errorCode: fates.FindCoordinator?.shift() ?? 0, nodeId: 1, host: 'one', port: 9092 }
    },
    hasBroker: () => true,
    want: async () => {},
    refresh: async () => {},
    leaderOf: () => ({ nodeId: 1, epoch: 0 }),
  } as unknown as Cluster
  const transactions = new Transactions({
    ...{ cluster, clock: impatient(), transactionalId: 'replica', groupId: 'group' },
    maxRequestBytes: 1_000,
    timeoutMs: LIMIT_MS,
  })
  const commit = (writes = [write(0, null)]) =>
    transactions.commit({
      writes,
      member: { groupId: 'group', generation: 3, memberId: 'me', instanceId: null },
      offsets: [{ topic: 'events', partition: 0, offset: 5, leaderEpoch: -1 }],
    })
  return { asked, commit, batches, prepare: () => transactions.prepare() }
}

function write(partition: number, value: Buffer | null): PartitionRecords {
  return { topic: 'state', partition, records: [{ key: 'k', value, timestampMs: 0 }] }
}

interface Written {
  partition: number
  batch: Buffer
}

interface Body {
  epoch?: number
  topics?: { topic: string; partitions: (number | { partition: number })[] }[]
}

const WHOLE = [
  'AddPartitionsToTxn 0',
  'Produce',
  'AddOffsetsToTxn 0',
  'TxnOffsetCommit 0',
  'EndTxn 0',
]

it('goes through the steps in their order, in one epoch for as long as all is well', async () => {
  const { asked, commit } = situation()
  expect(await commit()).toEqual({ type: 'committed' })
  expect(await commit()).toEqual({ type: 'committed' })
  expect(asked).toEqual(['InitProducerId', ...WHOLE, ...WHOLE])
})

it.each(['FindCoordinator', 'InitProducerId'])(
  'says beforehand that a right is missing, when %s is refused for that',
  async (name) => {
    const { prepare } = situation({ [name]: [ID_DENIED] })
    await expect(prepare()).rejects.toMatchObject({
      code: 'KAFKA_REFUSED',
      message: expect.stringMatching(
        /^cannot write with the transactional id replica \(plugins with state need Write on transactional ids that begin with group-\): this user lacks a right to the transactional id/,
      ),
    })
  },
)

it('goes on beforehand with what may pass, and gets its epoch for the first commit', async () => {
  const away = situation({ InitProducerId: Array.from({ length: 100 }, () => NOT_COORDINATOR) })
  await away.prepare()
  const { asked, commit, prepare } = situation()
  await prepare()
  expect(await commit()).toEqual({ type: 'committed' })
  expect(asked).toEqual(['InitProducerId', ...WHOLE])
})

it('writes as many batches in a request as it may hold, and all that is given for a partition', async () => {
  const { asked, batches, commit } = situation()
  const value = Buffer.alloc(400)
  const writes = [write(0, value), write(1, value), write(2, value), write(0, null)]
  expect(await commit(writes)).toEqual({ type: 'committed' })
  expect(asked.filter((name) => name === 'Produce')).toHaveLength(2)
  expect(batches).toEqual([
    { partition: 0, records: 2 },
    { partition: 1, records: 1 },
    { partition: 2, records: 1 },
  ])
})

it('waits for the end of the one before, and for another coordinator', async () => {
  const { asked, commit } = situation({
    AddPartitionsToTxn: [CONCURRENT_TRANSACTIONS, CONCURRENT_TRANSACTIONS],
    EndTxn: [NOT_COORDINATOR],
  })
  expect(await commit()).toEqual({ type: 'committed' })
  expect(asked.filter((name) => name === 'AddPartitionsToTxn 0')).toHaveLength(3)
  expect(asked.filter((name) => name === 'EndTxn 0')).toHaveLength(2)
})

it.each(['AddPartitionsToTxn', 'Produce', 'AddOffsetsToTxn', 'TxnOffsetCommit', 'EndTxn'])(
  'asks again when the response to %s is lost, and takes another epoch after it',
  async (name) => {
    const { asked, commit } = situation({ [name]: ['lost'] })
    expect(await commit()).toEqual({ type: 'committed' })
    expect(await commit()).toEqual({ type: 'committed' })
    expect(asked.at(-1)).toBe('EndTxn 1')
    expect(asked.filter((each) => each === 'InitProducerId')).toHaveLength(2)
  },
)

it('is aborted at once for a member whose generation is over, and never ended', async () => {
  const { asked, commit } = situation({ TxnOffsetCommit: [ILLEGAL_GENERATION] })
  expect(await commit()).toMatchObject({ type: 'aborted', error: { type: 'ILLEGAL_GENERATION' } })
  expect(asked).not.toContain('EndTxn 0')
  expect(asked.at(-1)).toBe('InitProducerId')
})

it('is aborted when it cannot be filled in time', async () => {
  const { asked, commit } = situation({ Produce: Array<Fate>(1_000).fill('lost') })
  expect(await commit()).toMatchObject({ type: 'aborted' })
  expect(asked).not.toContain('EndTxn 0')
})

it('does not say how it ended when it does not know', async () => {
  const silent = situation({ EndTxn: Array<Fate>(1_000).fill('lost') })
  expect(await silent.commit()).toMatchObject({ type: 'unknown' })
  // The response may have been lost, and then another producer of the same id may have begun.
  const fenced = situation({ EndTxn: ['lost', FENCED] })
  expect(await fenced.commit()).toMatchObject({ type: 'unknown', error: { code: FENCED } })
})

it('says which topic was refused, and not the ones that were not tried because of it', async () => {
  const TOPIC_UNKNOWN = 3
  const several = [write(0, null), { ...write(0, null), topic: 'gone' }]
  const added = situation({ AddPartitionsToTxn: [[NOT_ATTEMPTED, TOPIC_UNKNOWN]] })
  expect(await added.commit(several)).toMatchObject({ error: { topics: new Set(['gone']) } })
  const written = situation({ Produce: [[0, TOPIC_REFUSED]] })
  expect(await written.commit(several)).toMatchObject({ error: { topics: new Set(['gone']) } })
})
