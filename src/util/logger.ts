import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import { InventoryEventsError, messageOf } from './errors.ts'

export type { Logger } from 'pino'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const SECRET_FIELDS = ['password', 'passwd', 'secret', 'token', 'authorization', 'sasl']

/**
 * Writes JSON lines to stdout. Errors go under `err`. Each part of the service logs with a child:
 * `log.child({ component: 'committer' })`. Fields that hold secrets are masked; event content must
 * never be logged.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
    redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: '***' },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** An error as logged; causes are followed three levels deep. */
export function serializeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: messageOf(error) }
  const { code, plugin, record } = error as Partial<InventoryEventsError>
  const hasCause = error.cause !== undefined && depth < 3
  return {
    type: error.name,
    message: error.message,
    ...(code !== undefined && { code }),
    ...(plugin !== undefined && { plugin }),
    ...(record !== undefined && { record }),
    ...(error instanceof InventoryEventsError && { retryable: error.retryable }),
    stack: error.stack,
    ...(hasCause && { cause: serializeError(error.cause, depth + 1) }),
  }
}
