import type { Admin } from 'kafkajs'
import { expect, it, onTestFinished } from 'vitest'
import { createTopics, serviceClient, uniqueName, until } from '../support/stack.ts'

/** Each of its partitions takes more than 20 bytes of a response. */
const PARTITIONS = 100

/** The sizes of the responses with metadata that the admin client gets during the work. */
async function metadataBytes(work: (admin: Admin) => Promise<unknown>): Promise<number[]> {
  const admin = serviceClient().admin()
  const sizes: number[] = []
  admin.on(admin.events.REQUEST, ({ payload: { apiName, size } }) => {
    if (apiName === 'Metadata') sizes.push(size)
  })
  onTestFinished(() => admin.disconnect())
  await admin.connect()
  await work(admin)
  return sizes
}

it('a client that connects, or creates a topic, does not receive all topics of the cluster', async () => {
  const topic = uniqueName('many')
  await createTopics({ topic, numPartitions: PARTITIONS })
  const sizes = await metadataBytes(async (admin) => {
    const topics = [{ topic: uniqueName('one'), numPartitions: 1, replicationFactor: 1 }]
    await admin.createTopics({ topics, waitForLeaders: false })
  })
  expect(sizes.length).toBeGreaterThan(0)
  expect(Math.max(...sizes)).toBeLessThan(20 * PARTITIONS)
})

it('lists all topics, and finds the offsets of those that it is asked for', async () => {
  const topic = uniqueName('many')
  await createTopics({ topic, numPartitions: PARTITIONS })
  const sizes = await metadataBytes(async (admin) => {
    expect(await admin.listTopics()).toContain(topic)
    const offsets = () => admin.fetchTopicOffsets(topic).catch(() => [])
    const areLed = async () => (await offsets()).length === PARTITIONS
    await until(areLed, { what: 'the partitions to have leaders' })
    const { topics } = await admin.fetchTopicMetadata()
    expect(topics.find(({ name }) => name === topic)?.partitions).toHaveLength(PARTITIONS)
  })
  expect(Math.max(...sizes)).toBeGreaterThan(20 * PARTITIONS)
})
