import type { Kafka } from 'kafkajs'
import { currentPostgresUrl } from '../config/postgres-login.ts'
import type { Config } from '../config/settings.ts'
import { storeChoice } from '../config/value-types.ts'
import type { KeptStates } from '../idempotency/kept-states.ts'
import { keptInKafka } from '../kafka/state/kept-states.ts'
import { InventoryEventsError } from '../util/errors.ts'

export interface KeptStatesParts {
  config: Config
  kafka: Kafka
}

/**
 * What plugins remember, in the store that IDEMPOTENCY_STORE names. Rejects with TOPIC_MISSING or
 * STORE_UNAVAILABLE, and with USAGE for the memory store. Postgres' client is loaded only for it.
 */
export async function openKeptStates({ config, kafka }: KeptStatesParts): Promise<KeptStates> {
  const groupId = config.KAFKA_GROUP_ID
  const choice = storeChoice(config.IDEMPOTENCY_STORE)
  switch (choice.kind) {
    case 'kafka':
      return keptInKafka({ kafka, groupId, topics: config.KAFKA_TOPICS })
    case 'postgres': {
      const { keptInPostgres } = await import('../idempotency/postgres/states/kept-states.ts')
      return keptInPostgres({ url: () => currentPostgresUrl(config, choice.url), groupId })
    }
    case 'memory': {
      const message =
        'IDEMPOTENCY_STORE is memory: what plugins remember is known to its own process only'
      throw new InventoryEventsError('USAGE', message)
    }
  }
}
