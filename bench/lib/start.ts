import { pino } from 'pino'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { AnyPlugin } from '../../src/plugin/batches/batch-plugin.ts'
import { defaultsFrom, withDefaults } from '../../src/plugin/loaded-plugin.ts'
import { type Service, startService } from '../../src/service/service.ts'
import type { ServiceJob } from './service-job.ts'

type Place = Pick<ServiceJob, 'brokers' | 'registryUrl' | 'topic' | 'groupId' | 'store'>

/** Starts the service like `serve`, with defaults for everything else. */
export async function startWith(
  plugins: readonly AnyPlugin[],
  { brokers, registryUrl, topic, groupId, store }: Place,
  settings: Record<string, string> = {},
): Promise<Service> {
  const environment = {
    KAFKA_BROKERS: brokers,
    SCHEMA_REGISTRY_URL: registryUrl,
    KAFKA_TOPICS: topic,
    KAFKA_GROUP_ID: groupId,
    IDEMPOTENCY_STORE: store,
    EVENTS_ENABLED: 'true',
    HTTP_PORT: '0',
    ...settings,
  }
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'EVENTS_ENABLED'] as const
  const config = loadConfig(environment, { required })
  return startService({
    config,
    contract: builtInContract(),
    plugins: plugins.map((plugin) => withDefaults(plugin, 'bench', defaultsFrom(config))),
    log: pino({ level: 'error' }, process.stderr),
    onFailure(error) {
      process.stderr.write(`${error.stack}\n`)
      process.exit(1)
    },
  })
}
