import type { PartitionAssigner } from 'kafkajs'

interface Cluster {
  findGroupCoordinator(options: unknown): Promise<Coordinator>
}

interface Coordinator {
  heartbeat(request: unknown): Promise<unknown>
  offsetCommit(request: unknown): Promise<unknown>
}

/**
 * An assigner that also tells at once when the group has put this member out: its partitions are
 * others' already, while kafkajs only says so after the next join, which may take long. The
 * coordinator comes from the cluster that is handed to assigners; no public contract of kafkajs, so
 * a test against the pinned version guards it.
 */
export function withPutOut(assigner: PartitionAssigner, onPutOut: () => void): PartitionAssigner {
  return (config) => {
    const cluster = config.cluster as unknown as Cluster
    const find = cluster.findGroupCoordinator.bind(cluster)
    const watched = new WeakSet<Coordinator>()
    cluster.findGroupCoordinator = async (options) => {
      const coordinator = await find(options)
      if (!watched.has(coordinator)) watch(coordinator, onPutOut)
      watched.add(coordinator)
      return coordinator
    }
    return assigner(config)
  }
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
