import type { Command } from 'commander'
import { loadConfig, nameHints } from '../config/load-config.ts'
import type { Service, ServiceOptions } from '../service/service.ts'
import { failureOf } from '../util/failure/failure-of.ts'
import { STDOUT } from '../util/log/format.ts'
import type { Logger } from '../util/logger.ts'
import { serviceCommand } from './shared/service-command.ts'
import { onShutdown } from './shared/shutdown.ts'

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('Run the service: deliver events from Kafka to plugins')
    .addHelpText('after', '\nSettings are environment variables: see "inventory-events config".')
    .action(serviceCommand('service', serve))
}

async function serve(): Promise<void> {
  const required = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'PLUGINS', 'EVENTS_ENABLED'] as const
  const config = loadConfig(process.env, { required })
  const { startService } = await import('../service/service.ts')
  const { ReplicaCatchUps } = await import('../replay/by-replicas/replica-catch-ups.ts')
  const { systemClock: clock } = await import('../util/clock.ts')
  const { createLogger } = await import('../util/logger.ts')
  const { logOutput } = await import('../util/log/output.ts')
  const { loadEveryPlugin } = await import('./shared/load-plugins.ts')
  const { loadContract } = await import('../avro/own-kinds/load-contract.ts')
  const contract = loadContract(config.EVENT_SCHEMAS)
  const log = createLogger(config.LOG_LEVEL, logOutput(STDOUT, config.LOG_FORMAT))
  for (const hint of nameHints(process.env)) log.warn(hint)
  const ending = onShutdown(log, 'service')
  const plugins = await loadEveryPlugin(config, contract.kinds, process.env)
  const stopping = new AbortController()
  void ending.begun.then(() => stopping.abort())
  const options: ServiceOptions = {
    config,
    contract,
    plugins,
    log,
    onFailure: ending.fail,
    stopping: stopping.signal,
    catchUps: (parts) =>
      new ReplicaCatchUps({ ...parts, config, contract, clock, log, onFatal: ending.fail }),
  }
  const service = await startService(options).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
    log.warn({ err: failureOf(error) }, 'stopped before it had started')
  })
  await ending.begun
  if (service !== undefined) await stop(service, log)
  process.exit(ending.exitCode())
}

async function stop(service: Service, log: Logger): Promise<void> {
  const result = await service.stop()
  if (result === 'drained') log.info('stopped')
  else log.warn('stopped before all handlers had ended; unfinished events will be redelivered')
}
