import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitFor } from '../../src/dev/replicas/wait-for.ts'
import { markOf } from '../../src/dev/stack/maven-stack.ts'
import { pidsMarked } from '../../src/dev/stack/process/processes.ts'
import { type GroupOffset, groupOffsets } from '../../src/kafka/admin/group-offsets.ts'
import type { Cluster } from '../faults/cluster.ts'
import { watchCommits } from '../faults/commits.ts'
import { gather, type Witnessed } from '../faults/evidence.ts'
import { ReplicaSet } from '../faults/replicas.ts'
import { createTopic } from '../faults/topics.ts'
import { judge, type Verdict } from '../faults/verdict.ts'
import { type Load, openLoad } from './load.ts'
import { type OwnersWatch, watchOwners } from './owners.ts'
import { watchProcessorTime } from './processor-time.ts'
import { waiting } from './waiting.ts'

export const PARTITIONS = 12
const CAUGHT_UP_MS = 300_000
const PLUGIN = fileURLToPath(new URL('./plugins/waiting.ts', import.meta.url))

export interface GroupOptions {
  cluster: Cluster
  /** Part of the names of topic, group and folder. */
  name: string
  folder: string
  sessionMs: number
  signal: AbortSignal
}

/** A topic under load, a group whose replicas read it, and what is observed of them. */
export interface Group extends Witnessed {
  load: Load
  owners: OwnersWatch
  processorTime: ReturnType<typeof watchProcessorTime>
  brokerPids: readonly number[]
  signal: AbortSignal
  sessionMs: number
  /** Starts replicas until there are this many. */
  growTo(replicas: number): Promise<void>
  /** Waits until the current replicas share all partitions. */
  settled(): Promise<void>
  /** Waits until everything now in the topic is committed. */
  caughtUp(): Promise<void>
  /** Waits until every partition is being read. */
  flowing(): Promise<void>
  /** Stops the load, waits until all is committed, stops the replicas and returns the verdict. */
  verdict(): Promise<Verdict>
  /** Ends all remaining processes. */
  end(): Promise<void>
}

export async function openGroup(options: GroupOptions): Promise<Group> {
  const { cluster, signal, sessionMs } = options
  const groupId = `scaling.${options.name}`
  const topic = `${groupId}.events`
  const folder = join(options.folder, options.name)
  await mkdir(folder, { recursive: true })
  await createTopic(cluster, topic, { groupId, partitions: PARTITIONS })
  const brokerPids = await pidsMarked(markOf(join(options.folder, cluster.brokers[0]!.name)))
  const environment = () => environmentOf(options, { groupId, topic, folder })
  const partitionsOf = () => PARTITIONS
  const replicaSet = new ReplicaSet({
    folder,
    signal,
    topics: () => [topic],
    partitionsOf,
    environment,
  })
  const load = await openLoad(cluster, topic, PARTITIONS)
  const owners = await watchOwners(cluster, { groupId, topic, partitions: PARTITIONS, signal })
  const watched = { cluster, groupId, topics: [topic], isCoordinatorMoving: false }
  const commits = await watchCommits(watched)
  const pids = () => [...brokerPids, ...replicaSet.replicas.map(({ pid }) => pid)]
  const processorTime = watchProcessorTime(pids)
  const removed = { all: [], unread: [] }
  const witnessed: Witnessed = {
    ...{ cluster, groupId, topics: [topic], replicaSet, removed, bookings: undefined, folder },
    loads: [load],
  }

  async function settled(): Promise<void> {
    await replicaSet.shared()
    await owners.settled(replicaSet.replicas.length)
  }

  async function caughtUp(): Promise<void> {
    const ends = await groupOffsets(cluster.kafka, groupId, [topic])
    let behind: GroupOffset[] = ends
    const isThere = async () => {
      const now = await groupOffsets(cluster.kafka, groupId, [topic])
      behind = now.filter(({ committed = 0 }, i) => committed < ends[i]!.end)
      return behind.length === 0
    }
    const last = () => `${behind.length} partitions are behind`
    const limits = { timeoutMs: CAUGHT_UP_MS, intervalMs: 300, signal, last }
    await waitFor('the group to commit everything', isThere, limits)
  }

  return {
    ...witnessed,
    ...{ load, owners, processorTime, brokerPids, signal, sessionMs, settled, caughtUp },
    async flowing() {
      await load.publish(PARTITIONS)
      await caughtUp()
    },
    async growTo(replicas) {
      await replicaSet.startAll(replicas - replicaSet.replicas.length)
      await settled()
    },
    async verdict() {
      await load.stop()
      await caughtUp()
      await replicaSet.requireAlive()
      await commits.stop()
      const verdict = judge(await gather(witnessed, commits.samples), [waiting])
      await replicaSet.stopAll()
      return { ...verdict, problems: [...replicaSet.problems, ...verdict.problems] }
    },
    async end() {
      await load.stop().catch(() => undefined)
      await Promise.all([commits.stop(), owners.stop(), processorTime.stop(), replicaSet.end()])
      await load.close()
    },
  }
}

function environmentOf(
  { cluster, sessionMs }: GroupOptions,
  { groupId, topic, folder }: { groupId: string; topic: string; folder: string },
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    KAFKA_BROKERS: cluster.direct,
    SCHEMA_REGISTRY_URL: cluster.config.SCHEMA_REGISTRY_URL,
    KAFKA_TOPICS: topic,
    KAFKA_GROUP_ID: groupId,
    PLUGINS: PLUGIN,
    EVENTS_ENABLED: 'true',
    IDEMPOTENCY_STORE: 'kafka:',
    SESSION_TIMEOUT_MS: String(sessionMs),
    HTTP_PORT: '0',
    LOG_LEVEL: 'info',
    FAULTS_FOLDER: folder,
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
  }
}
