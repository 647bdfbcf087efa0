import type { PartitionAssigner } from 'kafkajs'
import { patchCluster, patchOnce } from './patch-cluster.ts'

interface Cluster {
  findBroker(options: unknown): Promise<Broker>
}

interface Broker {
  fetch(request: unknown): Promise<unknown>
}

/**
 * An assigner that also makes kafkajs join again, instead of a fetch, while a join is due or where an
 * offset is out of range.
 */
export function withFetchErrors(
  assigner: PartitionAssigner,
  isJoinDue: () => boolean,
): PartitionAssigner {
  const watched = patchOnce((broker: Broker) => {
    const fetch = broker.fetch.bind(broker)
    broker.fetch = async (request) => {
      if (isJoinDue()) throw rejoin('the group has moved to another coordinator')
      return fetch(request).catch((error: Error) => {
        throw error.name === 'KafkaJSOffsetOutOfRange' ? rejoin(error.message) : error
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
