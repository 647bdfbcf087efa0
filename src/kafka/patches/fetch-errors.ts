import type { PartitionAssigner } from 'kafkajs'
import { CodecError } from '../codecs/codecs.ts'
import { patchCluster, patchOnce } from './patch-cluster.ts'

interface Cluster {
  findBroker(options: unknown): Promise<Broker>
}

interface Broker {
  fetch(request: FetchRequest): Promise<unknown>
}

interface FetchRequest {
  topics: { topic: string; partitions: { partition: number; fetchOffset: string }[] }[]
}

/**
 * An assigner that also catches two errors of a fetch before kafkajs acts on them, and makes
 * kafkajs join again, instead of a fetch, while a join is due.
 */
export function withFetchErrors(
  assigner: PartitionAssigner,
  isJoinDue: () => boolean,
): PartitionAssigner {
  const watched = patchOnce((broker: Broker) => {
    const fetch = broker.fetch.bind(broker)
    broker.fetch = async (request) => {
      if (isJoinDue()) throw rejoin('the group has moved to another coordinator')
      return fetch(request).catch(async (error: Error) => {
        if (error.name === 'KafkaJSOffsetOutOfRange') throw rejoin(error.message)
        throw error instanceof CodecError ? await placed(error, request, fetch) : error
      })
    }
  })
  return patchCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findBroker.bind(cluster)
    cluster.findBroker = async (options) => watched(await find(options))
  })
}

/**
 * When an offset is out of range, kafkajs would overwrite the group's offset with -1 or -2 and
 * continue from there. A join instead compares every partition's next offset with its log before
 * reading.
 */
function rejoin(message: string): Error {
  return Object.assign(new Error(message), { type: 'REBALANCE_IN_PROGRESS' })
}

/** The same error with the partition named: fetched alone, that partition fails again. */
async function placed(
  error: CodecError,
  request: FetchRequest,
  fetch: Broker['fetch'],
): Promise<CodecError> {
  for (const { topic, partitions } of request.topics) {
    for (const each of partitions) {
      const alone = { ...request, maxWaitTime: 0, topics: [{ topic, partitions: [each] }] }
      const again = await fetch(alone).catch((failure: unknown) => failure)
      if (again instanceof CodecError)
        return again.at(`${topic}/${each.partition}@${each.fetchOffset}`)
    }
  }
  return error
}
