import { type ErrorCode, InventoryEventsError } from '../../util/errors.ts'
import { causes } from '../client/errors.ts'
import { CodecError } from '../codecs/codecs.ts'

/**
 * What a crash of the consumer calls for.
 * - `away`: brokers are unreachable or not ready. Retried without limit.
 * - `retry`: anything else. A new consumer may work; retried a limited number of times.
 * - `final`: a new consumer would fail in the same way.
 */
export type CrashKind = 'away' | 'retry' | 'final'

const AWAY_NAMES = [
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSBrokerNotFound',
  'KafkaJSGroupCoordinatorNotFound',
]

const AWAY_CODES = ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']

const FINAL_CODES: readonly ErrorCode[] = ['KAFKA_REFUSED', 'INTAKE_FAILED']

const FINAL_NAMES = ['KafkaJSSASLAuthenticationError', 'KafkaJSNotImplemented']

export function classifyCrash(error: Error): CrashKind {
  const chain = causes(error)
  const isFinal = chain.some(
    (each) =>
      each instanceof CodecError ||
      FINAL_NAMES.includes(each.name) ||
      (each instanceof InventoryEventsError && FINAL_CODES.includes(each.code)) ||
      each.type?.endsWith('_AUTHORIZATION_FAILED'),
  )
  if (isFinal) return 'final'
  const isAway = chain.some(
    (each) =>
      AWAY_NAMES.includes(each.name) ||
      (each instanceof InventoryEventsError && each.retryable) ||
      AWAY_CODES.includes((each as NodeJS.ErrnoException).code ?? '') ||
      // A retriable error code of the broker, such as COORDINATOR_LOAD_IN_PROGRESS.
      (each.type !== undefined && each.retriable === true),
  )
  return isAway ? 'away' : 'retry'
}
