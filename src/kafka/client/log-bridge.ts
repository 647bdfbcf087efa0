import { type LogEntry, type logCreator, logLevel } from 'kafkajs'
import type { Logger } from '../../util/logger.ts'
import type { BrokerOutages } from './broker-outages.ts'
import { brokerOf } from './ipv6-names.ts'

const FIELDS = ['broker', 'groupId', 'memberId', 'topic', 'partition', 'error', 'retryCount']

/** Their errors are retried, or thrown to us. A crash of a consumer is an event that we handle. */
const RETRIED = ['BrokerPool', 'Consumer', 'Producer']

/**
 * Forwards kafkajs's log lines at a lower level: kafkajs logs an error for each attempt that it
 * continues to retry, and a final failure is thrown to us and reported there. Only known fields are
 * copied, so that a field added by a later kafkajs cannot leak a secret.
 */
export function bridgeLogs(log: Logger, outages: Pick<BrokerOutages, 'failed'>): logCreator {
  return () => (entry) => {
    const { message, broker } = entry.log
    const level = levelOf(entry)
    if (level === 'outage') outages.failed(brokerOf(broker), message)
    else log[level](fieldsOf(entry), message)
  }
}

/** Each line of kafkajs's own debugging is about one request or response: too many for `debug`. */
export function kafkaLogLevel(log: Pick<Logger, 'isLevelEnabled'>): logLevel {
  return log.isLevelEnabled('trace') ? logLevel.DEBUG : logLevel.INFO
}

function levelOf({ level, namespace, log }: LogEntry): 'outage' | 'warn' | 'debug' | 'trace' {
  if (level === logLevel.DEBUG) return 'trace'
  if (level !== logLevel.ERROR) return 'debug'
  if (namespace !== 'Connection') return RETRIED.includes(namespace) ? 'debug' : 'warn'
  // A broker that responds with an error is there: kafkajs retries the request, or throws.
  return log.message.startsWith('Connection ') ? 'outage' : 'debug'
}

function fieldsOf({ namespace, log }: LogEntry): Record<string, unknown> {
  const known = FIELDS.filter((name) => log[name] !== undefined)
  return { part: namespace, ...Object.fromEntries(known.map((name) => [name, log[name]])) }
}
