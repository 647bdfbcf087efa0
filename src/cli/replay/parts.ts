import { loadContract } from '../../avro/own-kinds/load-contract.ts'
import { createRegistry } from '../../avro/registry/registry.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Config } from '../../config/settings.ts'
import { requireTopics } from '../../kafka/admin/required-topics.ts'
import { createKafka } from '../../kafka/client/client.ts'
import type { RunParts } from '../../replay/run.ts'
import { createLogger } from '../../util/logger.ts'
import { counted } from '../../util/text/counted.ts'
import { commandLogger } from '../shared/connection.ts'
import { loadPluginWithSettings } from '../shared/load-plugin.ts'
import { commandLog } from '../shared/output.ts'
import { createProgressLine } from '../shared/progress-line.ts'

/** Loads a plugin of PLUGINS with all that runs it, after the startup checks of the service. */
export async function replayParts(
  slug: string,
  rate: number | undefined,
  signal: AbortSignal,
): Promise<RunParts> {
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'PLUGINS'] as const
  const config = loadConfig(process.env, { required })
  const log = createLogger(levelOf(config), commandLog(config.LOG_FORMAT))
  const kafka = createKafka(config, commandLogger(process.env))
  const registry = createRegistry(config)
  const plugin = await loadPluginWithSettings(slug, config, process.env)
  await registry.check()
  await requireTopics(kafka, config)
  const line = createProgressLine(process.stderr, Date.now)
  const onProgress = (left: number, total: number) => {
    line.show(`${total - left} of ${counted(total, 'offset')}`)
    if (left === 0) line.clear()
  }
  return {
    config,
    kafka,
    registry,
    contract: loadContract(config.EVENT_SCHEMAS),
    plugin,
    rate,
    log,
    signal,
    onProgress,
  }
}

/** The service's info lines would clutter a command's output, so the default level is `warn`. */
function levelOf({ LOG_LEVEL }: Config) {
  return process.env.LOG_LEVEL === undefined ? 'warn' : LOG_LEVEL
}
