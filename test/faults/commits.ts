import type { Admin } from 'kafkajs'
import type { Cluster } from './cluster.ts'
import { pollUntil } from './poll-until.ts'

/** A committed offset of the group at a time, as reported by the brokers. */
export interface CommitSample {
  /** When the response came, in microseconds of the machine's monotonic clock. */
  atUs: number
  topic: string
  partition: number
  committed: number
}

const INTERVAL_MS = 400

/** The group whose offsets are sampled. */
interface Watched {
  cluster: Cluster
  groupId: string
  topics: readonly string[]
  /** While true, the coordinator may return offsets older than before. */
  isCoordinatorMoving: boolean
}

/** Samples the committed offsets, so that they can be compared with the effects. */
export async function watchCommits(watched: Watched) {
  const { cluster, groupId } = watched
  const samples: CommitSample[] = []

  async function sample(admin: Admin): Promise<void> {
    if (watched.isCoordinatorMoving) return
    const group = await admin.fetchOffsets({ groupId, topics: [...watched.topics] })
    const atUs = nowUs()
    if (watched.isCoordinatorMoving) return
    for (const { topic, partitions } of group) {
      for (const { partition, offset } of partitions) {
        if (Number(offset) >= 0) samples.push({ atUs, topic, partition, committed: Number(offset) })
      }
    }
  }

  // Failed requests yield no sample.
  return { samples, stop: await pollUntil(cluster, INTERVAL_MS, sample) }
}

export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}
