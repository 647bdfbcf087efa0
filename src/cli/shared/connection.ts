import { loadConfig } from '../../config/load-config.ts'
import type { Environment } from '../../config/read-settings.ts'
import { createKafka } from '../../kafka/client/client.ts'
import { createLogger, type Logger } from '../../util/logger.ts'
import { commandLog } from './output.ts'
import { formatIn } from './report-error.ts'

/** The settings and a Kafka client for a command that needs brokers. */
export function connectionOf(env: Environment) {
  const config = loadConfig(env, { required: ['KAFKA_BROKERS'] })
  return { config, kafka: createKafka(config, commandLogger(env)) }
}

/**
 * A logger for the Kafka client of a command. It is silent unless LOG_LEVEL is debug or trace, because
 * commands report errors themselves. It writes to stderr, as stdout is for the command's result.
 */
export function commandLogger(env: Environment): Logger {
  const level = env.LOG_LEVEL
  const isVerbose = level === 'debug' || level === 'trace'
  return createLogger(isVerbose ? level : 'silent', commandLog(formatIn(env)))
}
