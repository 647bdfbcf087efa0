import type { PartitionAssigner } from 'kafkajs'
import { patchCluster, patchOnce } from './patch-cluster.ts'

interface Cluster {
  findGroupCoordinator(options: unknown): Promise<Coordinator>
}

interface Coordinator {
  heartbeat(request: unknown): Promise<unknown>
  offsetCommit(request: unknown): Promise<unknown>
}

/**
 * An assigner that also calls `onEvicted` as soon as the group has evicted this member: its
 * partitions belong to others already, while kafkajs reports that only after the next join, which
 * may take long.
 */
export function onMemberEvicted(
  assigner: PartitionAssigner,
  onEvicted: () => void,
): PartitionAssigner {
  return patchCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findGroupCoordinator.bind(cluster)
    const watched = patchOnce((coordinator: Coordinator) => watch(coordinator, onEvicted))
    cluster.findGroupCoordinator = async (options) => watched(await find(options))
  })
}

function watch(coordinator: Coordinator, onEvicted: () => void): void {
  for (const name of ['heartbeat', 'offsetCommit'] as const) {
    const send = coordinator[name].bind(coordinator)
    coordinator[name] = (request) =>
      send(request).catch((error: Error & { type?: string }) => {
        if (error.type === 'UNKNOWN_MEMBER_ID') onEvicted()
        throw error
      })
  }
}
