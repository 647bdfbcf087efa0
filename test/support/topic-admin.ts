import kafkajs from 'kafkajs'
import { withAdmin } from './group.ts'

/** Sets these configs on a topic, and resets all others to their defaults. */
export function configure(name: string, configs: Record<string, string>): Promise<unknown> {
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries }
  return withAdmin((admin) => admin.alterConfigs({ validateOnly: false, resources: [resource] }))
}

export function widen(topic: string, count: number): Promise<unknown> {
  return withAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }))
}
