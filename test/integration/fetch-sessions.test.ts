import { expect, it, onTestFinished } from 'vitest'
import { openCluster } from '../../src/kafka/client/client.ts'
import { FetchSession } from '../../src/kafka/fetch/fetch-session.ts'
import { fetchOnce, sendFetch, type ToFetch } from '../../src/kafka/fetch/send-fetch.ts'
import { systemClock } from '../../src/util/clock.ts'
import { createTopics, kafkaClient, serviceClient, uniqueName, until } from '../support/stack.ts'

const LIMITS = { maxWaitMs: 200, minBytes: 1, maxBytes: 1_000_000, limitMs: 30_000 }
const SESSION_ID_NOT_FOUND = 70
const INVALID_SESSION_EPOCH = 71

/** A topic of two partitions, and a session with the broker that leads them. */
async function situation() {
  const topic = uniqueName('sessions')
  await createTopics({ topic, numPartitions: 2 })
  const cluster = openCluster(serviceClient(), systemClock)
  onTestFinished(() => cluster.close())
  await cluster.want([topic])
  const { nodeId, epoch } = cluster.leaderOf(topic, 0)!
  const at = (partition: number, offset = 0): ToFetch => ({
    ...{ topic, topicId: cluster.topic(topic)!.topicId, partition },
    ...{ offset, leaderEpoch: epoch, lastFetchedEpoch: -1, maxBytes: 1_000_000 },
  })
  const isLed = async () => {
    const fetched = await fetchOnce(cluster, nodeId, [at(0), at(1)], LIMITS)
    return fetched.every(({ errorCode }) => errorCode === 0)
  }
  await until(isLed, { what: 'the broker to lead both partitions' })
  const session = new FetchSession(cluster, nodeId)
  const fetch = async (...wanted: ToFetch[]) => {
    const fetched = await session.fetch(wanted, LIMITS)
    return fetched.map(({ partition, batches, ...each }) => {
      expect(each).toMatchObject({ topic, errorCode: 0 })
      return [partition, batches.length]
    })
  }
  const produce = async (partition: number) => {
    const producer = kafkaClient().producer()
    await producer.connect()
    await producer.send({ topic, messages: [{ value: 'x', partition }] })
    await producer.disconnect()
  }
  return { cluster, nodeId, at, fetch, produce }
}

it('a broker remembers what is fetched, and returns only what has something new', async () => {
  const { at, fetch, produce } = await situation()
  const [first, second] = [at(0), at(1)]
  expect((await fetch(first, second)).sort()).toEqual([
    [0, 0],
    [1, 0],
  ])
  expect(await fetch(first, second)).toEqual([])
  await produce(1)
  expect(await fetch(first, second)).toEqual([[1, 1]])
  // It was not taken: it is still what comes next.
  expect(await fetch(first, second)).toEqual([[1, 1]])
  const next = at(1, 1)
  expect(await fetch(first, next)).toEqual([])
  await produce(1)
  expect(await fetch(first)).toEqual([])
  expect(await fetch(first, next)).toEqual([[1, 1]])
})

it('a session of which the broker does not know the id or the epoch is refused', async () => {
  const { cluster, nodeId, at } = await situation()
  const send = (id: number, epoch: number, partitions = [at(0)]) => {
    const request = { session: { id, epoch }, isById: true, partitions, forgotten: [] }
    return sendFetch(cluster, nodeId, request, LIMITS)
  }
  const { sessionId } = await send(0, 0)
  expect(sessionId).not.toBe(0)
  expect(await send(sessionId, 7, [])).toMatchObject({ errorCode: INVALID_SESSION_EPOCH })
  expect(await send(sessionId, 1, [])).toMatchObject({ errorCode: 0, topics: [] })
  const reopened = await send(sessionId, 0)
  expect(reopened).toMatchObject({ errorCode: 0, topics: [{}] })
  expect(await send(sessionId, 2, [])).toMatchObject({ errorCode: SESSION_ID_NOT_FOUND })
})
