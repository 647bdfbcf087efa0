import type { RecordMetadata } from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'

/** The offset that the first record of a send got in a partition. */
export interface Acknowledgement {
  partition: number
  baseOffset: string
}

/**
 * The answer to a send, if it has an offset for each of the partitions. kafkajs resolves without
 * an error, and writes nothing, for a partition that its metadata lacks, and after a change of
 * leaders it may leave one out: then this throws PRODUCE_UNACKNOWLEDGED, retryable.
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
