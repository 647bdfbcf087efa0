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

/** Finds the topic and schema id of events; synchronous once the schema is known. */
export interface Destinations {
  of(event: Event): Destination | Promise<Destination>
  /** Looks up all schemas of these families in advance. */
  prepare(families: readonly (keyof EventTopics)[]): Promise<void>
}

export interface DestinationsOptions {
  topics: EventTopics
  /** Called once per schema; again only after it failed. */
  schemaIdOf(topic: string, schema: ContractSchema): Promise<number>
  /** Rejects if the topic does not exist. Called once per topic; again only after it failed. */
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
