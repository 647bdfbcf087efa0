import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'

/** What of a kafkajs error tells the cases apart: its classes are told by name and type. */
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
 * A kafkajs error as one of ours, KAFKA_UNAVAILABLE unless Kafka said something more exact.
 * `doing` names what was tried: `list the topics`.
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

/** What Kafka won't let us do however often we ask. */
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

/** The error of ours that kafkajs wrapped into its own, if it is one. */
export function ownErrorIn(error: unknown): InventoryEventsError | undefined {
  return causes(error).find((each) => each instanceof InventoryEventsError)
}

/** What is told of an error that ends a consumer: ours, or which right is missing, or kafkajs's words. */
export function finalError(error: Error, doing: string): Error {
  const told = kafkaError(error, doing)
  return told.code === 'KAFKA_REFUSED' ? told : (ownErrorIn(error) ?? error)
}

/** The error and what caused it, the deepest last. kafkajs nests no deeper than this limit. */
export function causes(error: unknown): KafkaJsError[] {
  const found: KafkaJsError[] = []
  let next = error
  while (next instanceof Error && found.length < 8 && !found.includes(next)) {
    found.push(next)
    next = next.cause
  }
  return found
}
