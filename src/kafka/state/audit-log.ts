import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { auditTopicOf } from '../../topics/names.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { missing } from '../admin/companion-topics.ts'
import { createProducer } from '../producer/producer.ts'
import { withLogReader } from '../reader/with-log-reader.ts'

export interface AuditLog {
  /** Resolves when the entry is acknowledged. Rejects with TOPIC_MISSING or a Kafka error. */
  write(entry: Buffer): Promise<void>
  close(): Promise<void>
}

/** Connects, or rejects with KAFKA_UNAVAILABLE or KAFKA_REFUSED. */
export async function openAuditLog(kafka: Kafka, groupId: string): Promise<AuditLog> {
  const topic = auditTopicOf(groupId)
  const producer = await createProducer(kafka)
  return {
    async write(value) {
      await producer.send(topic, [{ key: null, value, partition: 0 }]).catch((error) => {
        throw error.code === 'PRODUCE_UNACKNOWLEDGED' ? noTopic(topic, error) : error
      })
    },
    close: () => producer.close(),
  }
}

/** Reads the newest entries, oldest of them first. */
export async function readAudit(
  kafka: Kafka,
  groupId: string,
  maxRecords: number,
  onRecord: (record: SourceRecord) => void,
): Promise<void> {
  const topic = auditTopicOf(groupId)
  const { signal: lost } = new AbortController()
  await withLogReader(kafka, [topic], (reader) =>
    reader.read({ topic, partition: 0, lost, maxRecords, onRecord }),
  )
}

function noTopic(topic: string, cause: unknown): InventoryEventsError {
  const message = `${missing(topic)}; nothing is done that can't be recorded there`
  return new InventoryEventsError('TOPIC_MISSING', message, { cause })
}
