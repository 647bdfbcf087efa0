import type { Kafka } from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'
import { withAdmin } from '../admin/topic-admin.ts'
import { type OutgoingRecord, recordBytes } from './message.ts'

const LOOK_UP_MS = 5_000

/**
 * The error for a write that the topic refused as too large. Of a single record it has the size, and
 * the limit if this user may read it.
 */
export async function tooLargeError(
  kafka: Kafka,
  topic: string,
  messages: readonly OutgoingRecord[],
  cause: unknown,
): Promise<InventoryEventsError> {
  const [message, ...others] = messages
  if (message === undefined || others.length > 0) {
    return refused(topic, `a batch of ${messages.length} records`, '', cause)
  }
  const limit = await limitOf(kafka, topic)
  const shown = limit === undefined ? '' : ` (${limit} bytes)`
  return refused(topic, `the record of ${recordBytes(message)} bytes`, shown, cause)
}

function refused(topic: string, what: string, limit: string, cause: unknown) {
  const message = `topic ${topic} refused the write: ${what} is larger than its max.message.bytes${limit}`
  return new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', message, { cause })
}

async function limitOf(kafka: Kafka, topic: string): Promise<number | undefined> {
  try {
    const found = await withAdmin(kafka, (admin) => admin.describe([topic]), LOOK_UP_MS)
    return found.get(topic)?.maxMessageBytes
  } catch {
    return undefined
  }
}
