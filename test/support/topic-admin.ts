import kafkajs from 'kafkajs'
import { withAdmin } from './group.ts'
import { until } from './stack.ts'

/** Sets these configs on a topic, and resets all others to their defaults. */
export function configure(name: string, configs: Record<string, string>): Promise<unknown> {
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }
  return withAdmin((admin) => admin.alterConfigs({ validateOnly: false, resources: [resource] }))
}

/** Resolves when the broker reports the new partitions: who asks before that hears of the old ones. */
export async function widen(topic: string, count: number): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.createPartitions({ topicPartitions: [{ topic, count }] })
    const isWider = async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      return topics[0]?.partitions.length === count
    }
    await until(isWider, { what: `${topic} to have ${count} partitions` })
  })
}
