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
 * An assigner that also tells at once when the group has put this member out: its partitions are
 * others' already, while kafkajs only says so after the next join, which may take long.
 */
export function onMemberEvicted(
  assigner: PartitionAssigner,
  onPutOut: () => void,
): PartitionAssigner {
  return patchCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findGroupCoordinator.bind(cluster)
    const watched = patchOnce((coordinator: Coordinator) => watch(coordinator, onPutOut))
    cluster.findGroupCoordinator = async (options) => watched(await find(options))
  })
}

function watch(coordinator: Coordinator, onPutOut: () => void): void {
  for (const name of ['heartbeat', 'offsetCommit'] as const) {
    const ask = coordinator[name].bind(coordinator)
    coordinator[name] = (request) =>
      ask(request).catch((error: Error & { type?: string }) => {
        if (error.type === 'UNKNOWN_MEMBER_ID') onPutOut()
        throw error
      })
  }
}
