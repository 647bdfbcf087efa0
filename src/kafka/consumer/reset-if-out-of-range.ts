import { readLogRanges } from '../fetch/log-ranges.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { type offsetReset, reasonOf } from './offset-reset.ts'
import type { OwnedPartition } from './owned-partition.ts'
import type { Partitions } from './partitions.ts'

export interface ResetPorts {
  cluster: Cluster
  partitions: Partitions
  findStart: ReturnType<typeof offsetReset>
  onFailure(error: Error): void
}

/**
 * For a partition whose leader says that its log does not have the next offset. Compares it with the
 * log: a broker may have lagged behind. Behind what retention has removed its epoch continues; a log that
 * ends before it begins a new one, since the offsets in its ledger will be reused for other records.
 */
export async function resetIfOutOfRange(
  owned: OwnedPartition,
  { cluster, partitions, findStart, onFailure }: ResetPorts,
): Promise<void> {
  const [answer] = await readLogRanges(cluster, [owned])
  if (answer === undefined || 'error' in answer || !partitions.mayTake(owned)) return
  const { expected } = owned.ledger
  const reason = reasonOf(expected, answer.range, false)
  if (reason === undefined) {
    // It may not know the epoch that it was asked to compare: without it, it has nothing to say.
    owned.leaderEpochs.forget()
    return
  }
  if (reason === 'beyond-end') {
    partitions.reset(owned)
    return
  }
  try {
    partitions.skipTo(owned, findStart(owned, expected, answer.range).offset)
  } catch (error) {
    onFailure(error as Error)
  }
}
