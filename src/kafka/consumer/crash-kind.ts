import { InventoryEventsError } from '../../util/errors.ts'
import { causes } from '../client/errors.ts'
import { CodecError } from '../codecs/codecs.ts'

/**
 * What a crash of the consumer calls for.
 * - `away`: brokers can't be reached or are not ready. It passes by itself, however long it takes.
 * - `retry`: something else went wrong; a new client may do, but not again and again.
 * - `final`: a new client would be refused just the same.
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

const FINAL_NAMES = ['KafkaJSSASLAuthenticationError', 'KafkaJSNotImplemented']

export function classifyCrash(error: Error): CrashKind {
  const chain = causes(error)
  const isFinal = chain.some(
    (each) =>
      each instanceof CodecError ||
      FINAL_NAMES.includes(each.name) ||
      (each instanceof InventoryEventsError && each.code === 'KAFKA_REFUSED') ||
      each.type?.endsWith('_AUTHORIZATION_FAILED'),
  )
  if (isFinal) return 'final'
  const isAway = chain.some(
    (each) =>
      AWAY_NAMES.includes(each.name) ||
      (each instanceof InventoryEventsError && each.retryable) ||
      AWAY_CODES.includes((each as NodeJS.ErrnoException).code ?? '') ||
      // The brokers' own word for "not now", such as a coordinator that is still loading.
      (each.type !== undefined && each.retriable === true),
  )
  return isAway ? 'away' : 'retry'
}
