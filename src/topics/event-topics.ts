export interface EventTopics {
  /** For events with a `kind`, unknown kinds included. */
  inventory: string
  /** For InvenTree-style events. */
  plugin: string
}

export const DEFAULT_TOPICS: EventTopics = {
  inventory: 'inventory.events',
  plugin: 'plugin.events',
}

/** The topic of a schema's events. */
export function topicOf(
  topics: EventTopics,
  { topic, topicFamily }: { topic: string | undefined; topicFamily: keyof EventTopics },
): string {
  return topic ?? topics[topicFamily]
}
