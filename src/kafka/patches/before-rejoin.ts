import type { PartitionAssigner } from 'kafkajs'
import { patchCluster } from './patch-cluster.ts'

interface Cluster {
  findGroupCoordinator(options: unknown): Promise<unknown>
}

/**
 * An assigner that also lets us finish work before every join. kafkajs has no event that it waits
 * for, but before each join it looks up the group's coordinator, so that lookup waits for `before`.
 */
export function beforeRejoin(
  assigner: PartitionAssigner,
  before: () => Promise<void>,
): PartitionAssigner {
  return patchCluster<Cluster>(assigner, (cluster) => {
    const find = cluster.findGroupCoordinator.bind(cluster)
    cluster.findGroupCoordinator = async (options) => {
      await before()
      return find(options)
    }
  })
}

/**
 * How long the work before a join may take. kafkajs sends no heartbeat meanwhile, so it ends well
 * before the session does: a member that was evicted cannot commit what it completed.
 */
export function drainLimitMs(options: {
  rebalanceDrainMs: number
  sessionTimeoutMs: number
}): number {
  return Math.min(options.rebalanceDrainMs, (options.sessionTimeoutMs * 2) / 3)
}
