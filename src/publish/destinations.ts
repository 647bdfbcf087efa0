import type { Contract, ContractSchema } from '../avro/schema/contract-schemas.ts'
import type { Event } from '../event/event.ts'
import { type EventTopics, topicOf } from '../topics/event-topics.ts'
import { getOrInsert } from '../util/get-or-insert.ts'

export interface Destination {
  topic: string
  schemaId: number
}

/**
 * Finds the topic and schema id of events; synchronous once they are known. The topic is that of the
 * event's family, unless another one is given.
 */
export interface Destinations {
  of(event: Event, topic?: string): Destination | Promise<Destination>
  /** Looks up all schemas of these families in advance. */
  prepare(families: readonly (keyof EventTopics)[]): Promise<void>
}

export interface DestinationsOptions {
  contract: Contract
  topics: EventTopics
  /** Called once per schema; again only after it failed. */
  schemaIdOf(topic: string, schema: ContractSchema): Promise<number>
  /** Rejects if the topic does not exist. Called once per topic; again only after it failed. */
  requireTopic(topic: string): Promise<void>
}

export function createDestinations(options: DestinationsOptions): Destinations {
  const { contract, topics, schemaIdOf, requireTopic } = options
  const known = new Map<string, Map<ContractSchema, Destination>>()
  const checked = new Set<string>()

  async function find(topic: string, schema: ContractSchema): Promise<Destination> {
    if (!checked.has(topic)) await requireTopic(topic)
    checked.add(topic)
    const destination = { topic, schemaId: await schemaIdOf(topic, schema) }
    getOrInsert(known, topic, () => new Map<ContractSchema, Destination>()).set(schema, destination)
    return destination
  }

  return {
    of(event, given) {
      const schema = contract.of(event)
      const topic = given ?? topicOf(topics, schema)
      return known.get(topic)?.get(schema) ?? find(topic, schema)
    },
    async prepare(families) {
      for (const schema of contract.schemas) {
        if (families.includes(schema.topicFamily)) await find(topicOf(topics, schema), schema)
      }
    },
  }
}
