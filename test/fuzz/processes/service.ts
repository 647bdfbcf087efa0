import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
// The process under test: the service, the gateway and a publisher.
import { loadEveryPlugin } from '../../../src/cli/shared/load-plugins.ts'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { Event } from '../../../src/event/event.ts'
import { startGateway } from '../../../src/gateway/gateway.ts'
import { openPublisher } from '../../../src/publish/open-publisher.ts'
import { startService } from '../../../src/service/service.ts'
import { messageOf } from '../../../src/util/errors.ts'
import { createLogger } from '../../../src/util/logger.ts'
import type { FromService, Publish } from './protocol.ts'

process.once('disconnect', () => process.exit(1))

const say = (message: FromService) => process.send?.(message)

const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'PLUGINS', 'EVENTS_ENABLED'] as const
const config = loadConfig(process.env, { required })
const log = createLogger(config.LOG_LEVEL)
const contract = builtInContract()
const plugins = await loadEveryPlugin(config, contract.kinds, process.env)
const topics = { inventory: config.GATEWAY_INVENTORY_TOPIC, plugin: config.GATEWAY_PLUGIN_TOPIC }
const [service, gateway, publisher] = await Promise.all([
  startService({ config, contract, plugins, log, onFailure: fail }),
  startGateway({ config, contract, log }),
  openPublisher(config, { contract, log, topics }),
])

function fail(error: Error): void {
  say({ type: 'failed', error: messageOf(error) })
  setImmediate(() => process.exit(1))
}

process.on('message', ({ id, events }: Publish) => {
  publisher.publish(JSON.parse(events) as Event[]).then(
    () => say({ type: 'published', id, error: undefined }),
    (error) => say({ type: 'published', id, error: messageOf(error) }),
  )
})

say({ type: 'ready', httpPort: service.httpPort, gatewayPort: gateway.port })
