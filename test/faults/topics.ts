import kafkajs, { type Admin } from 'kafkajs'
import { registerSubjects } from '../../src/avro/registry/subjects.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { createWithCompanions } from '../../src/kafka/admin/create-topics.ts'
import { createTopicsOfGroup } from '../../src/kafka/admin/group-topics.ts'
import { createMarksTopic } from '../../src/kafka/admin/marks-topic.ts'
import { withAdmin } from '../../src/kafka/admin/topic-admin.ts'
import { companionTopics, marksTopicOf } from '../../src/topics/names.ts'
import type { Cluster } from './cluster.ts'

/** Creates an input topic with its companions. */
export async function createTopic(
  cluster: Cluster,
  topic: string,
  { groupId, partitions }: { groupId: string; partitions: number },
): Promise<void> {
  await withAdmin(cluster.kafka, async (admin) => {
    const wanted = { partitions, replicationFactor: -1, configs: {} }
    await createWithCompanions(admin, topic, wanted)
    const owner = { groupId, ttlMs: cluster.config.IDEMPOTENCY_TTL_MS }
    await createMarksTopic(admin, topic, wanted, owner)
    await createTopicsOfGroup(admin, groupId, wanted)
  })
  await registerSubjects(cluster.registry, {
    contract: builtInContract(),
    topics: { inventory: topic, plugin: topic },
    say: () => undefined,
  })
}

/** Companions first: otherwise the input has partitions that cannot be read in the meantime. */
export async function widenTopic(cluster: Cluster, topic: string, group: string, count: number) {
  for (const name of [...companionTopics(topic), marksTopicOf(topic, group), topic]) {
    await asAdmin(cluster, (admin) =>
      admin.createPartitions({ topicPartitions: [{ topic: name, count }] }),
    )
  }
}

/** Sets one setting of a topic and leaves the others at their defaults. */
export async function configureTopic(
  cluster: Cluster,
  topic: string,
  setting: { name: string; value: string },
): Promise<void> {
  const type = kafkajs.ConfigResourceTypes.TOPIC
  const resources = [{ type, name: topic, configEntries: [setting] }]
  await asAdmin(cluster, (admin) => admin.alterConfigs({ validateOnly: false, resources }))
}

export async function settingOf(cluster: Cluster, topic: string, name: string): Promise<string> {
  const type = kafkajs.ConfigResourceTypes.TOPIC
  const { resources } = await asAdmin(cluster, (admin) =>
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type, name: topic, configNames: [name] }],
    }),
  )
  return resources[0]!.configEntries[0]!.configValue
}

/** Deletes all records before these offsets, as retention does. */
export async function removeRecords(
  cluster: Cluster,
  topic: string,
  cuts: readonly { partition: number; offset: number }[],
): Promise<void> {
  const partitions = cuts.map(({ partition, offset }) => ({ partition, offset: String(offset) }))
  await asAdmin(cluster, async (admin) => {
    // kafkajs cannot find the leaders of a topic whose metadata it has not fetched.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions })
  })
}

export async function asAdmin<T>(
  { kafka }: Pick<Cluster, 'kafka'>,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}
