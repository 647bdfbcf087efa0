import { types } from 'node:util'
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'
import { failureOf } from './failure/failure-of.ts'
import { safeJson } from './text/foreign-text.ts'

export type { Logger } from 'pino'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const SECRET_FIELDS = ['password', 'passwd', 'secret', 'token', 'authorization', 'sasl']

/**
 * Writes JSON lines, to stdout by default. Errors go under `err`; plugins may use `error`. Each part of the service logs with a child:
 * `log.child({ component: 'committer' })`. Fields that hold secrets are masked; event content must
 * never be logged.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: failureOf, error: failureOfError },
    // A terminal may show the log, and JSON lets C1 and bidi controls of others through.
    hooks: { streamWrite: safeJson },
    redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: '***' },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** Without it, an error would be written as its own properties: neither its message nor its stack. */
function failureOfError(value: unknown): unknown {
  return types.isNativeError(value) || value instanceof Error ? failureOf(value) : value
}
