import type { NewTopic, TopicAdmin } from './topic-admin.ts'

const MIN_REPLICAS = 'min.insync.replicas'

/** Creates a topic unless it exists, and leaves an existing one unchanged. Returns a line to print. */
export async function createOne(admin: TopicAdmin, wanted: NewTopic): Promise<string> {
  const isNew = await admin.create(wanted)
  return isNew ? `${wanted.topic}: created` : `${wanted.topic}: exists`
}

/** Of the settings asked for an input, the one that makes what belongs to it as durable. */
export function durabilityOf(configs: NewTopic['configs']): NewTopic['configs'] {
  return Object.fromEntries(Object.entries(configs).filter(([name]) => name === MIN_REPLICAS))
}
