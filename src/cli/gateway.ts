import type { Command } from 'commander'
import { loadConfig, nameHints } from '../config/load-config.ts'
import { STDOUT } from '../util/log/format.ts'
import { serviceCommand } from './shared/service-command.ts'
import { onShutdown } from './shared/shutdown.ts'

export function registerGateway(program: Command): void {
  program
    .command('gateway')
    .description('Accept signed webhooks and plugin events over HTTP, and publish them to Kafka')
    .addHelpText('after', '\nSettings are environment variables: see "inventory-events config".')
    .action(serviceCommand('gateway', gateway))
}

async function gateway(): Promise<void> {
  const config = loadConfig(process.env, { required: ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL'] })
  const { startGateway } = await import('../gateway/gateway.ts')
  const { createLogger } = await import('../util/logger.ts')
  const { logOutput } = await import('../util/log/output.ts')
  const { loadContract } = await import('../avro/own-kinds/load-contract.ts')
  const contract = loadContract(config.EVENT_SCHEMAS)
  const log = createLogger(config.LOG_LEVEL, logOutput(STDOUT, config.LOG_FORMAT))
  for (const hint of nameHints(process.env)) log.warn(hint)
  const ending = onShutdown(log, 'gateway')
  const running = await startGateway({ config, contract, log })
  await ending.begun
  const result = await running.stop()
  if (result === 'drained') log.info('stopped')
  else log.warn('stopped at DRAIN_TIMEOUT_MS; requests in progress were cut off')
  process.exit(ending.exitCode())
}
