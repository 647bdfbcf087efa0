import { type LogEntry, type logCreator, logLevel } from 'kafkajs'
import type { Logger } from '../../util/logger.ts'

const FIELDS = ['broker', 'groupId', 'memberId', 'topic', 'partition', 'error', 'retryCount']

/**
 * kafkajs' lines as ours, at a lower level: it logs as an error what it then tries again. What
 * fails for good is thrown to us, and we report it. Only named fields pass, so that none that a
 * later kafkajs adds can carry a secret.
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
