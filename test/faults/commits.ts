import type { Admin } from 'kafkajs'
import { pollUntil } from './ask-over-and-over.ts'
import type { Cluster } from './cluster.ts'

/** What the group had committed at a time, as far as the brokers told. */
export interface CommitSample {
  /** Microseconds of the machine's monotonic clock, when the answer came. */
  atUs: number
  topic: string
  partition: number
  committed: number
}

const INTERVAL_MS = 400

/** Whose offsets are watched. */
interface Watched {
  cluster: Cluster
  groupId: string
  topics: readonly string[]
  /** Its coordinator's answers may be older than those before. */
  isCoordinatorMoving: boolean
}

/** Asks for the committed offsets over and over, so that each can be held against the effects. */
export async function watchCommits(watched: Watched) {
  const { cluster, groupId } = watched
  const samples: CommitSample[] = []

  async function ask(admin: Admin): Promise<void> {
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

  // A broker that is away does not answer, which is no commit either.
  return { samples, stop: await pollUntil(cluster, INTERVAL_MS, ask) }
}

export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n)
}
