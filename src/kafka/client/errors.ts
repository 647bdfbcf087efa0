import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'
import { BrokerError } from '../protocol/broker-error.ts'

/**
 * The properties that identify a kafkajs error: its classes are recognised by `name` and `type`.
 */
interface KafkaJsError extends Error {
  type?: string
  broker?: string
  retriable?: boolean
}

const TLS = {
  ca: 'KAFKA_SSL_CA',
  serverName: 'KAFKA_SSL_SERVER_NAME',
  cert: 'KAFKA_SSL_CERT, KAFKA_SSL_KEY',
}

/**
 * Converts a kafkajs error to an InventoryEventsError: TOPIC_MISSING, KAFKA_REFUSED or, for
 * anything else, KAFKA_UNAVAILABLE. One that kafkajs wrapped is returned as it is. `doing` is what
 * failed, in the form `list the topics`.
 */
export function kafkaError(error: unknown, doing: string): InventoryEventsError {
  const chain = causes(error)
  const own = chain.find((each) => each instanceof InventoryEventsError)
  if (own !== undefined) return own
  const details = { cause: error }
  const why = messageOf(chain.at(-1))
  if (chain.some(isMissingTopic)) {
    return new InventoryEventsError('TOPIC_MISSING', `cannot ${doing}: ${why}`, details)
  }
  const refusal = refusalIn(chain)
  if (refusal !== undefined) {
    return new InventoryEventsError('KAFKA_REFUSED', `cannot ${doing}: ${refusal}`, details)
  }
  const message = `cannot ${doing}: ${withTlsHint(why, TLS)}`
  return new InventoryEventsError('KAFKA_UNAVAILABLE', message, { ...details, retryable: true })
}

/**
 * Why Kafka refused, if the error is an authentication or authorization failure: retrying is
 * useless.
 */
function refusalIn(chain: KafkaJsError[]): string | undefined {
  const login = chain.findLast(({ name }) => name === 'KafkaJSSASLAuthenticationError')
  if (login !== undefined) return `Kafka refused the login: ${login.message}`
  const right = chain.find(({ type }) => type?.endsWith('_AUTHORIZATION_FAILED'))
  if (right === undefined) return undefined
  const what = right.type!.replace('_AUTHORIZATION_FAILED', '').toLowerCase().replaceAll('_', ' ')
  return `this user lacks a right to the ${what} (${right.type}): see docs/security.md for which`
}

export function isTooLarge(error: unknown): boolean {
  const types = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']
  return causes(error).some((each) => types.includes(each.type ?? ''))
}

export function isMissingTopic(error: KafkaJsError): boolean {
  return error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
}

/** The InventoryEventsError that kafkajs wrapped in its own error, if there is one. */
export function ownErrorIn(error: unknown): InventoryEventsError | undefined {
  return causes(error).find((each) => each instanceof InventoryEventsError)
}

/** The error to report when a consumer stops for good. `doing` as for `kafkaError`. */
export function finalError(error: Error, doing: string): Error {
  const converted = kafkaError(error, doing)
  if (converted.code === 'KAFKA_REFUSED') return converted
  if (error instanceof BrokerError)
    return new InventoryEventsError('KAFKA_REFUSED', error.message, { cause: error })
  return ownErrorIn(error) ?? error
}

/** The error and its chain of causes, root cause last. kafkajs never nests 8 deep. */
export function causes(error: unknown): KafkaJsError[] {
  const found: KafkaJsError[] = []
  let next = error
  while (next instanceof Error && found.length < 8 && !found.includes(next)) {
    found.push(next)
    next = next.cause
  }
  return found
}
