import { delimiter } from 'node:path'
import { waitFor } from '../../src/dev/replicas/wait-for.ts'
import { java } from '../../src/dev/stack/process/launch.ts'
import { runCommand } from '../../src/dev/stack/process/run-command.ts'
import { kafkaTools } from '../support/kafka-tools.ts'
import type { Cluster } from './cluster.ts'
import { asAdmin } from './topics.ts'

const MOVED_MS = 60_000
const ELECTION = 'org.apache.kafka.tools.LeaderElectionCommand'

/** A partition and its replicas, the preferred leader first. */
interface Placement {
  topic: string
  partition: number
  replicas: number[]
}

/**
 * Moves every partition of the topics to another leader, as Kafka does after a restart: changes the
 * preferred leaders and holds an election.
 */
export async function moveLeaders(
  cluster: Cluster,
  topics: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const wanted = (await placements(cluster, topics)).map(({ leader, replicas, ...partition }) => {
    return { ...partition, replicas: [...replicas.filter((id) => id !== leader), leader] }
  })
  await prefer(cluster, wanted)
  let output = ''
  const isMoved = async () => {
    // A restarted broker cannot be elected before it has caught up.
    output = await elect(cluster, signal)
    const now = await placements(cluster, topics)
    const leaders = new Map(now.map((each) => [nameOf(each), each.leader]))
    return wanted.every((each) => leaders.get(nameOf(each)) === each.replicas[0])
  }
  const options = { timeoutMs: MOVED_MS, intervalMs: 1_000, signal, last: () => output }
  await waitFor('the leaders to move', isMoved, options)
}

async function placements(cluster: Cluster, topics: readonly string[]) {
  const metadata = await asAdmin(cluster, (admin) =>
    admin.fetchTopicMetadata({ topics: [...topics] }),
  )
  return metadata.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionId, leader, replicas }) => {
      return { topic: name, partition: partitionId, leader, replicas }
    }),
  )
}

async function prefer(cluster: Cluster, wanted: readonly Placement[]): Promise<void> {
  const byTopic = Map.groupBy(wanted, ({ topic }) => topic)
  const topics = [...byTopic].map(([topic, all]) => {
    const partitionAssignment = all.map(({ partition, replicas }) => ({ partition, replicas }))
    return { topic, partitionAssignment }
  })
  await asAdmin(cluster, (admin) => admin.alterPartitionReassignments({ topics }))
}

/** Uses Kafka's own tool, since kafkajs has no such request. Returns the tool's output. */
async function elect(cluster: Cluster, signal: AbortSignal): Promise<string> {
  const classpath = (await kafkaTools(cluster.jarsFolder, signal)).join(delimiter)
  const asked = ['--bootstrap-server', cluster.direct, '--election-type', 'preferred']
  const args = ['-cp', classpath, ELECTION, ...asked, '--all-topic-partitions']
  const { output } = await runCommand(java(), args, { timeoutMs: MOVED_MS, signal })
  return output
}

function nameOf({ topic, partition }: Pick<Placement, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`
}
