export interface EventTopics {
  /** Where events with a `kind` go, those of unknown kinds too. */
  inventory: string
  /** Where InvenTree-style events go. */
  plugin: string
}

export const DEFAULT_TOPICS: EventTopics = {
  inventory: 'inventory.events',
  plugin: 'plugin.events',
}
