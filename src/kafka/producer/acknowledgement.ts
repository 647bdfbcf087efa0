import type { RecordMetadata } from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'

/** The offset that a partition gave to the first record of a send. */
export interface Acknowledgement {
  partition: number
  baseOffset: string
}

/**
 * Returns the acknowledgements of a send, one for each of the partitions. kafkajs resolves without
 * an error although nothing was written when its metadata lacks a partition, and may leave a
 * partition out after a leader change. Throws PRODUCE_UNACKNOWLEDGED, retryable, in these cases.
 */
export function requireAcknowledged(
  topic: string,
  partitions: ReadonlySet<number>,
  answer: readonly RecordMetadata[],
): Acknowledgement[] {
  const offsets = new Map(answer.flatMap((row) => (row.topicName === topic ? [entryOf(row)] : [])))
  const missing = [...partitions].filter((partition) => !(Number(offsets.get(partition)) >= 0))
  if (partitions.size === 0 || missing.length > 0) throw unacknowledged(topic, missing)
  return [...partitions].map((partition) => ({ partition, baseOffset: offsets.get(partition)! }))
}

function entryOf(row: RecordMetadata): [number, string | undefined] {
  return [row.partition, row.errorCode === 0 ? row.baseOffset : undefined]
}

function unacknowledged(topic: string, missing: number[]): InventoryEventsError {
  const where =
    missing.length === 0 ? 'any partition' : `partition ${missing.sort(byNumber).join(', ')}`
  const message = `topic ${topic}: Kafka acknowledged no offset for ${where}; does it exist?`
  return new InventoryEventsError('PRODUCE_UNACKNOWLEDGED', message, { retryable: true })
}

const byNumber = (a: number, b: number) => a - b
