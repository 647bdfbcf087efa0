import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { requestNoTopics } from '../../../../src/kafka/patches/request-no-topics.ts'

const require = createRequire(import.meta.url)
const BrokerPool = require('kafkajs/src/cluster/brokerPool')
const metadata = require('kafkajs/src/protocol/requests/metadata')

/** The number of topics that a request states; -1 requests all of them. */
async function statedIn(topics: readonly string[], version: number): Promise<number> {
  const { request } = metadata.protocol({ version })({ topics, allowAutoTopicCreation: false })
  return (await request.encode()).buffer.readInt32BE(0)
}

/** What a pool of brokers requests when its metadata is refreshed. */
async function requestedBy(topics: readonly string[]): Promise<readonly string[]> {
  let requested: readonly string[] = []
  const pool = Object.assign(Object.create(BrokerPool.prototype), {
    seedBroker: { connectionPool: { host: 'one', port: 9092 } },
    brokers: {},
    retrier: (attempt: (bail: (error: Error) => never) => Promise<void>) =>
      attempt((error) => {
        throw error
      }),
    findConnectedBroker: () => ({
      metadata(asked: readonly string[]) {
        requested = asked
        return { brokers: [], topicMetadata: [] }
      },
    }),
  })
  await pool.refreshMetadata(topics)
  return requested
}

const VERSIONS = [1, 4, 6]

it('a refresh without topics requests none; a list of all topics still requests all', async () => {
  const stated = (topics: readonly string[]) =>
    Promise.all(VERSIONS.map((version) => statedIn(topics, version)))
  expect(await stated(await requestedBy([]))).toEqual([-1, -1, -1])
  requestNoTopics()
  requestNoTopics()
  expect(await stated(await requestedBy([]))).toEqual([0, 0, 0])
  expect(await stated(await requestedBy(['one', 'two']))).toEqual([2, 2, 2])
  expect(await stated([])).toEqual([-1, -1, -1])
})
