import type { Kafka } from 'kafkajs'
import type { Registry } from '../avro/registry/registry.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import type { FollowUpSink } from '../follow-up/follow-up.ts'
import { withAdmin } from '../kafka/admin/topic-admin.ts'
import { createProducer, type Producer } from '../kafka/producer/producer.ts'
import { createFollowUpSink } from '../publish/follow-ups/follow-up-sink.ts'
import { findSchemaId, noTopic } from '../publish/open-publisher.ts'
import { DEFAULT_TOPICS } from '../topics/event-topics.ts'

export interface FollowUpParts {
  kafka: Kafka
  registry: Pick<Registry, 'registeredId'>
  contract: Contract
}

/** Kafka's default, where this user may not read a topic's limit. */
const LIMIT_BYTES = 1_048_588
const LOOK_UP_MS = 10_000

/** Publishes what handlers publish. Connects with the first event: most services have none. */
export function openFollowUps({ kafka, registry, contract }: FollowUpParts) {
  let producer: Promise<Producer> | undefined

  function connected(): Promise<Producer> {
    producer ??= createProducer(kafka).catch((error) => {
      producer = undefined
      throw error
    })
    return producer
  }

  const sink: FollowUpSink = createFollowUpSink({
    contract,
    topics: DEFAULT_TOPICS,
    schemaIdOf: findSchemaId(registry),
    async limitBytesOf(topic) {
      const found = await withAdmin(kafka, (admin) => admin.describe([topic]), LOOK_UP_MS)
      const description = found.get(topic)
      if (description === undefined) throw noTopic(topic)
      return description.maxMessageBytes ?? LIMIT_BYTES
    },
    send: async (topic, records) => (await connected()).send(topic, records),
  })
  return {
    ...sink,
    /** Waits for pending writes, up to 5 s. */
    async close(): Promise<void> {
      await (await producer?.catch(() => undefined))?.close()
    },
  }
}
