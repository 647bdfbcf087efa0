import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { withLock } from '../../src/dev/stack/lock.ts'
import { jarsFolder } from '../../src/dev/stack/stack.ts'
import { type Cluster, startCluster } from '../faults/cluster.ts'
import { until } from '../support/stack.ts'

export const CLUSTER_STARTS_MS = 300_000
const KAFKA_VERSION = '4.3.0'

/** Three brokers: kafkajs fetches from each independently, so it may do two things at once. */
export interface Brokers {
  /** A client without the service's patches or settings. */
  kafka(): Kafka
  /** Creates a topic whose partitions are led by these brokers, 1 to 3. */
  spread(topic: string, ...leaders: number[]): Promise<void>
  widen(topic: string, count: number): Promise<unknown>
  produce(topic: string, partition: number, count: number): Promise<void>
  end(): Promise<void>
}

export async function startBrokers(): Promise<Brokers> {
  const folder = await mkdtemp(join(tmpdir(), 'brokers-'))
  const signal = AbortSignal.timeout(CLUSTER_STARTS_MS)
  const jars = jarsFolder(resolve('.inventory-events'))
  const options = { folder, jarsFolder: jars, kafkaVersion: KAFKA_VERSION, say: () => {}, signal }
  // Two clusters at the same time would make starting and testing slow.
  const lock = join(tmpdir(), 'inventory-events-brokers.lock')
  const wait = { timeoutMs: CLUSTER_STARTS_MS, say: () => {} }
  const cluster = await withLock(lock, wait, () => startCluster(options))
  const kafka = () => clientOf(cluster)
  return {
    kafka,
    spread: (topic, ...leaders) => withAdmin(kafka(), (admin) => spread(admin, topic, leaders)),
    widen: (topic, count) =>
      withAdmin(kafka(), (admin) =>
        admin.createPartitions({ topicPartitions: [{ topic, count }] }),
      ),
    produce: (topic, partition, count) => produce(kafka(), topic, partition, count),
    async end() {
      await cluster.end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function clientOf({ direct }: Cluster): Kafka {
  return new Kafka({ clientId: 'test', brokers: direct.split(','), logLevel: logLevel.NOTHING })
}

async function spread(admin: Admin, topic: string, leaders: number[]): Promise<void> {
  const replicaAssignment = leaders.map((leader, partition) => ({ partition, replicas: [leader] }))
  const configEntries = [{ name: 'min.insync.replicas', value: '1' }]
  await admin.createTopics({
    topics: [{ topic, replicaAssignment, configEntries }],
    waitForLeaders: false,
  })
  const areLed = async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return leaders.every(
      (leader, n) =>
        topics[0]?.partitions.find((each) => each.partitionId === n)?.leader === leader,
    )
  }
  await until(areLed, { what: `the partitions of ${topic} to be led by ${leaders}` })
}

async function produce(
  kafka: Kafka,
  topic: string,
  partition: number,
  count: number,
): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  const messages = Array.from({ length: count }, () => ({ partition, value: 'x' }))
  await producer.send({ topic, messages }).finally(() => producer.disconnect())
}

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  await admin.connect()
  return work(admin).finally(() => admin.disconnect())
}
