import { type LogEntry, type logCreator, logLevel } from 'kafkajs'
import type { Logger } from '../../util/logger.ts'

const FIELDS = ['broker', 'groupId', 'memberId', 'topic', 'partition', 'error', 'retryCount']

/**
 * Forwards kafkajs's log lines at a lower level: kafkajs logs an error for each attempt that it
 * goes on to retry, and a final failure is thrown to us and reported there. Only known fields are
 * copied, so that a field added by a later kafkajs cannot leak a secret.
 */
export function bridgeLogs(log: Logger): logCreator {
  const child = log.child({ component: 'kafka' })
  return () => (entry) => {
    const write = level(entry.level)
    child[write](fieldsOf(entry), entry.log.message)
  }
}

function level(of: logLevel): 'warn' | 'debug' {
  return of === logLevel.ERROR ? 'warn' : 'debug'
}

function fieldsOf({ namespace, log }: LogEntry): Record<string, unknown> {
  const known = FIELDS.filter((name) => log[name] !== undefined)
  return { part: namespace, ...Object.fromEntries(known.map((name) => [name, log[name]])) }
}
