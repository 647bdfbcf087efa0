import kafkajs from 'kafkajs'
import { withAdmin } from './group.ts'
import { until } from './stack.ts'

const TOPIC = kafkajs.ConfigResourceTypes.TOPIC

/**
 * Sets these configs on a topic, and resets all others to their defaults. Resolves when the broker reports
 * them: a change is accepted by the controller, and a busy broker learns of it seconds later.
 */
export async function configure(name: string, configs: Record<string, string>): Promise<void> {
  const configEntries = entriesOf(configs)
  await withAdmin(async (admin) => {
    const resource = { type: TOPIC, name, configEntries }
    await admin.alterConfigs({ validateOnly: false, resources: [resource] })
    const isSet = async () => {
      const query = { type: TOPIC, name, configNames: Object.keys(configs) }
      const found = await admin.describeConfigs({ resources: [query], includeSynonyms: false })
      return found.resources[0]?.configEntries.every(
        ({ configName, configValue }) => configs[configName] === configValue,
      )
    }
    await until(isSet, { what: `${name} to have ${JSON.stringify(configs)}` })
  })
}

/** Configs as requests have them. */
export function entriesOf(
  configs: Readonly<Record<string, string>> = {},
): { name: string; value: string }[] {
  return Object.entries(configs).map(([name, value]) => ({ name, value }))
}

/** Resolves when the broker no longer reports the topic. */
export async function removeTopic(topic: string): Promise<void> {
  await withAdmin(async (admin) => {
    await admin.deleteTopics({ topics: [topic] })
    const isGone = async () => !(await admin.listTopics()).includes(topic)
    await until(isGone, { what: `${topic} to be gone` })
  })
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
