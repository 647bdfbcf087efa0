import { usage } from '../shared/output.ts'

/** Reads `topic/partition@offset`. Throws USAGE for another text. */
export function placeFrom(text: string) {
  const [, topic, partition, offset] = /^([\w.-]+)\/(\d{1,6})@(\d{1,16})$/.exec(text) ?? []
  if (topic !== undefined) return { topic, partition: Number(partition), offset: Number(offset) }
  throw usage(
    `expected a place such as inventory.events.dead-letters/3@120, got ${text || 'an empty text'}`,
  )
}
