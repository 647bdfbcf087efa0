import type { Command } from 'commander'
import { loadConfig, nameHints } from '../config/load-config.ts'
import type { Config } from '../config/settings.ts'
import { applyFilters } from '../plugin/configured-filters.ts'
import { describeProblem, loadPlugins } from '../plugin/load-plugins.ts'
import { defaultsFrom, type LoadedPlugin, offersSql } from '../plugin/loaded-plugin.ts'
import type { Service } from '../service/service.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { onShutdown } from './shared/shutdown.ts'

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('Run the service: deliver events from Kafka to plugins')
    .addHelpText('after', '\nSettings are environment variables: see "inventory-events config".')
    .action(serve)
}

async function serve(): Promise<void> {
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'PLUGINS'] as const
  const config = loadConfig(process.env, { required })
  const { createLogger } = await import('../util/logger.ts')
  const { startService } = await import('../service/service.ts')
  const log = createLogger(config.LOG_LEVEL)
  for (const hint of nameHints(process.env)) log.warn(hint)
  const ending = onShutdown(log, 'service')
  const plugins = await load(config.PLUGINS, config, log)
  const service = await startService({ config, plugins, log, onFailure: ending.fail })
  await ending.begun
  await stop(service, log)
  process.exit(ending.exitCode())
}

/** Leaves out invalid plugins. A specifier that resolves to no file is a wrong setting: it throws. */
async function load(
  specifiers: readonly string[],
  config: Config,
  log: Logger,
): Promise<LoadedPlugin[]> {
  const options = {
    cwd: process.cwd(),
    defaults: defaultsFrom(config),
    offersSql: offersSql(config),
  }
  const { plugins, problems } = await loadPlugins(specifiers, options)
  const missing = problems.filter(({ isMissing }) => isMissing)
  if (missing.length > 0) {
    throw new InventoryEventsError(
      'CONFIG_INVALID',
      `PLUGINS: ${missing.map(describeProblem).join('; ')}`,
    )
  }
  for (const problem of problems) log.error(describeProblem(problem))
  const areAll = problems.length === 0
  const filtered = applyFilters(plugins, config.PLUGIN_FILTERS, { areAll })
  if (filtered.length > 0) return filtered
  const reasons = problems.map(describeProblem).join('; ')
  throw new InventoryEventsError('PLUGIN_INVALID', `none of PLUGINS can be run: ${reasons}`)
}

async function stop(service: Service, log: Logger): Promise<void> {
  const result = await service.stop()
  if (result === 'drained') log.info('stopped')
  else log.warn('stopped at DRAIN_TIMEOUT_MS; unfinished events will be redelivered')
}
