// The gateway, with signed webhooks.
import { pino } from 'pino'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { startGateway } from '../../src/gateway/gateway.ts'
import { jobOf } from '../lib/child.ts'
import { type GatewayJob, measureRequests } from '../lib/measure-requests.ts'

const job = jobOf<GatewayJob>()
const settings = {
  KAFKA_BROKERS: job.brokers,
  SCHEMA_REGISTRY_URL: job.registryUrl,
  GATEWAY_PORT: '0',
  HTTP_PORT: '0',
  GATEWAY_SECRETS: job.secret,
  GATEWAY_INVENTORY_TOPIC: job.topic,
  GATEWAY_PLUGIN_TOPIC: job.topic,
}
const config = loadConfig(settings, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
const log = pino({ level: 'silent' })
const { port } = await startGateway({ config, contract: builtInContract(), log })
await measureRequests(job, port)
