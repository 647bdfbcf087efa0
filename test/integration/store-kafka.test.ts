import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../../src/config/load-config.ts'
import { createKafkaStore } from '../../src/idempotency/kafka/store.ts'
import type { IdempotencyStore, OwnedBy } from '../../src/idempotency/store.ts'
import { createKafka } from '../../src/kafka/client/client.ts'
import { openMarksLog } from '../../src/kafka/state/marks-log.ts'
import { marksTopicOf } from '../../src/topics/names.ts'
import { systemClock } from '../../src/util/clock.ts'
import { claimOf, storeContract } from '../contract/store-contract.ts'
import { withAdmin } from '../support/group.ts'
import { createTopics, endpoints, kafkaClient, uniqueName, until } from '../support/stack.ts'
import { widen } from '../support/topic-admin.ts'

/** A marks topic, and stores that use it. */
async function ledger({ partitions = 3 } = {}) {
  const topic = uniqueName('input')
  const groupId = uniqueName('group')
  const marks = marksTopicOf(topic, groupId)
  await createTopics({ topic: marks, numPartitions: partitions })
  const config = loadConfig({ KAFKA_BROKERS: endpoints().brokers }, { required: ['KAFKA_BROKERS'] })
  const kafka = createKafka(config, pino({ level: 'silent' }))
  const readBack: number[] = []
  const unreadable: number[] = []

  async function store(maxMarks = 100_000): Promise<IdempotencyStore> {
    const marksLog = await openMarksLog({ kafka, groupId, topics: [topic], clock: systemClock })
    const created = createKafkaStore({
      marksLog,
      groupId,
      stateful: new Set(),
      clock: systemClock,
      ttlMs: 60_000,
      maxMarks,
      reports: {
        onEvict: () => {},
        onUnreadable: (_, records) => unreadable.push(records),
        onReadBack: (_, { marks }) => readBack.push(marks),
        onWriteFailed: () => {},
      },
    })
    onTestFinished(() => created.close())
    return created
  }

  return { topic, groupId, marks, store, readBack, unreadable }
}

const owned = (topic: string, partition = 0, lost = new AbortController().signal) => {
  return { topic, partition, lost }
}

/** Retries until it is open, as the service does: a new topic may not have leaders yet. */
function open(store: IdempotencyStore, partition: OwnedBy): Promise<unknown> {
  const opened = () => store.open(partition).then(() => true)
  return until(opened, { what: `${partition.topic}/${partition.partition} to be open` })
}

storeContract('kafka', async () => {
  const { topic, store } = await ledger()
  const created = await store()
  await open(created, owned(topic))
  return { topic, store: created }
})

describe('the marks topic', () => {
  async function completeAll(store: IdempotencyStore, topic: string, ids: string[], partition = 0) {
    for (const eventId of ids) {
      const key = { plugin: 'plugin', eventId, topic, partition }
      await claimOf(await store.claim(key, 'f')).complete('processed')
    }
  }

  const typesOf = (store: IdempotencyStore, topic: string, ids: string[], partition = 0) =>
    Promise.all(
      ids.map(async (eventId) => {
        const { type } = await store.claim({ plugin: 'plugin', eventId, topic, partition }, 'f')
        return type
      }),
    )

  const idsOf = (count: number) => Array.from({ length: count }, () => randomUUID())

  it('gives the next owner all marks, from several records and fetches', async () => {
    const { topic, store, readBack } = await ledger()
    const ids = idsOf(20_000)
    const first = await store()
    await open(first, owned(topic))
    await completeAll(first, topic, ids)
    await first.flush()
    const second = await store()
    await open(second, owned(topic))
    expect(readBack).toEqual([0, ids.length])
    expect(new Set(await typesOf(second, topic, ids))).toEqual(new Set(['completed']))
    expect(await typesOf(second, topic, idsOf(3))).toEqual(['claimed', 'claimed', 'claimed'])
  })

  it('reads many partitions at once, each to its own end', async () => {
    const { topic, store } = await ledger({ partitions: 12 })
    const [first, second] = [await store(), await store()]
    const partitions = Array.from({ length: 12 }, (_, partition) => partition)
    const ids = idsOf(12)
    const openAll = (store: IdempotencyStore) =>
      Promise.all(partitions.map((partition) => open(store, owned(topic, partition))))
    await openAll(first)
    for (const partition of partitions.slice(2)) {
      await completeAll(first, topic, ids.slice(0, partition), partition)
    }
    await first.flush()
    await openAll(second)
    for (const partition of partitions.slice(2)) {
      const types = await typesOf(second, topic, ids, partition)
      expect(types.filter((type) => type === 'completed')).toHaveLength(partition)
    }
  })

  it('reads a partition again when it is reassigned, with marks that others wrote in the meantime', async () => {
    const { topic, store } = await ledger()
    const [a, b] = [await store(), await store()]
    const loss = new AbortController()
    await open(a, owned(topic, 0, loss.signal))
    await completeAll(a, topic, ['a1'])
    await a.flush()
    for (let turn = 0; turn < 3; turn++) {
      const lossOfB = new AbortController()
      await open(b, owned(topic, 0, lossOfB.signal))
      await completeAll(b, topic, [`b${turn}`])
      await b.flush()
      lossOfB.abort()
    }
    loss.abort()
    await open(a, owned(topic))
    const types = await typesOf(a, topic, ['a1', 'b0', 'b1', 'b2', 'c'])
    expect(types).toEqual([...Array(4).fill('completed'), 'claimed'])
  })

  it('reads what retention has left, and past control records', async () => {
    const { topic, marks, store } = await ledger()
    const first = await store()
    await open(first, owned(topic))
    for (const id of ['gone', 'left']) {
      await completeAll(first, topic, [id])
      await first.flush()
    }
    await removeBelow(marks, '1')
    await abortTransaction(marks)
    const second = await store()
    await open(second, owned(topic))
    expect(await typesOf(second, topic, ['gone', 'left'])).toEqual(['claimed', 'completed'])
  })

  it('skips records of another version and reads those after them', async () => {
    const { topic, marks, store, unreadable } = await ledger()
    const producer = kafkaClient().producer()
    await producer.connect()
    const value = Buffer.concat([Buffer.from([9]), Buffer.alloc(32)])
    await producer.send({ topic: marks, messages: [{ value, partition: 0 }] })
    await producer.disconnect()
    const first = await store()
    await open(first, owned(topic))
    await completeAll(first, topic, ['a'])
    await first.flush()
    const second = await store()
    await open(second, owned(topic))
    expect(unreadable).toEqual([1, 1])
    expect(await typesOf(second, topic, ['a'])).toEqual(['completed'])
  })

  it('does not open a partition that the marks topic lacks until partitions are added', async () => {
    const { topic, marks, store } = await ledger({ partitions: 1 })
    const first = await store()
    await open(first, owned(topic, 0))
    await expect(first.open(owned(topic, 1))).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      message: `topic ${marks} has no partition 1: expected as many partitions as its input has, got 1`,
    })
    await widen(marks, 2)
    await open(first, owned(topic, 1))
    await completeAll(first, topic, ['a'], 1)
    await until(() => first.flush().then(() => true), { what: 'the mark to be written' })
    await open(first, owned(topic, 1))
    expect(await typesOf(first, topic, ['a'], 1)).toEqual(['completed'])
  })

  it('stops reading when the partition is lost', async () => {
    const { topic, store } = await ledger()
    const first = await store()
    await open(first, owned(topic))
    await completeAll(first, topic, idsOf(100))
    await first.flush()
    const second = await store()
    const loss = new AbortController()
    const opening = second.open(owned(topic, 0, loss.signal))
    loss.abort()
    await expect(opening).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE', retryable: true })
  })

  it('aborts a read when it is closed, and starts no other', async () => {
    const { topic, store } = await ledger()
    const first = await store()
    await open(first, owned(topic))
    await completeAll(first, topic, idsOf(100))
    await first.flush()
    const second = await store()
    const [underWay] = await Promise.allSettled([second.open(owned(topic)), second.close()])
    const late = second.open(owned(topic))
    await expect(late).rejects.toMatchObject({ code: 'KAFKA_UNAVAILABLE' })
    expect(['fulfilled', 'rejected']).toContain(underWay.status)
  })

  it('reads without a consumer group', async () => {
    const { topic, groupId, store } = await ledger()
    const first = await store()
    await open(first, owned(topic))
    const { groups } = await withAdmin((admin) => admin.listGroups())
    expect(groups.filter((group) => group.groupId.startsWith(groupId))).toEqual([])
  })
})

function removeBelow(topic: string, offset: string): Promise<void> {
  return withAdmin(async (admin) => {
    await admin.fetchTopicMetadata({ topics: [topic] })
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] })
  })
}

async function abortTransaction(topic: string): Promise<void> {
  const producer = kafkaClient().producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: uniqueName('tx'),
  })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send({ topic, messages: [{ value: 'not marks', partition: 0 }] })
  await transaction.abort()
  await producer.disconnect()
}
