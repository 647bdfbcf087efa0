import { InventoryEventsError, messageOf } from '../event/errors.ts'

/** What of a kafkajs error tells the cases apart: its classes are told by name and type. */
interface KafkaJsError extends Error {
  type?: string
  broker?: string
  retriable?: boolean
}

/**
 * A kafkajs error as one of ours, KAFKA_UNAVAILABLE unless Kafka said something more exact.
 * `doing` names what was tried: `list the topics`.
 */
export function kafkaError(error: unknown, doing: string): InventoryEventsError {
  if (error instanceof InventoryEventsError) return error
  const chain = causes(error)
  const details = { cause: error }
  const why = messageOf(chain.at(-1))
  if (chain.some(isMissingTopic)) {
    return new InventoryEventsError('TOPIC_MISSING', `cannot ${doing}: ${why}`, details)
  }
  const refused = chain.some((each) => each.name === 'KafkaJSSASLAuthenticationError')
  const reason = refused ? `Kafka refused the login: ${why}` : why
  return new InventoryEventsError('KAFKA_UNAVAILABLE', `cannot ${doing}: ${reason}`, {
    ...details,
    retryable: !refused,
  })
}

export function isTooLarge(error: unknown): boolean {
  const types = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']
  return causes(error).some((each) => types.includes(each.type ?? ''))
}

function isMissingTopic(error: KafkaJsError): boolean {
  return error.type === 'UNKNOWN_TOPIC_OR_PARTITION'
}

/** The error of ours that kafkajs wrapped into its own, if it is one. */
export function ownErrorIn(error: unknown): InventoryEventsError | undefined {
  return causes(error).find((each) => each instanceof InventoryEventsError)
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
