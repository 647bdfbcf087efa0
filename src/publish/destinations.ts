import {
  type ContractSchema,
  contractSchemaOf,
  contractSchemas,
} from '../avro/schema/contract-schemas.ts'
import type { Event } from '../event/event.ts'
import type { EventTopics } from '../topics/event-topics.ts'

export interface Destination {
  topic: string
  schemaId: number
}

/** Where events go; it answers without waiting once it has answered for the schema before. */
export interface Destinations {
  of(event: Event): Destination | Promise<Destination>
  /** Asks for all of the families at once, so that nothing is left to ask for. */
  prepare(families: readonly (keyof EventTopics)[]): Promise<void>
}

export interface DestinationsOptions {
  topics: EventTopics
  /** Asks the registry; called once for each schema, again only after it failed. */
  schemaIdOf(topic: string, schema: ContractSchema): Promise<number>
  /** Rejects when there is no such topic; called once for each, again only after it failed. */
  requireTopic(topic: string): Promise<void>
}

export function createDestinations(options: DestinationsOptions): Destinations {
  const { topics, schemaIdOf, requireTopic } = options
  const known = new Map<ContractSchema, Destination>()
  const checked = new Set<string>()

  async function find(schema: ContractSchema): Promise<Destination> {
    const topic = topics[schema.topicFamily]
    if (!checked.has(topic)) await requireTopic(topic)
    checked.add(topic)
    const destination = { topic, schemaId: await schemaIdOf(topic, schema) }
    known.set(schema, destination)
    return destination
  }

  return {
    of(event) {
      const schema = contractSchemaOf(event)
      return known.get(schema) ?? find(schema)
    },
    async prepare(families) {
      for (const schema of contractSchemas()) {
        if (families.includes(schema.topicFamily)) await find(schema)
      }
    },
  }
}
