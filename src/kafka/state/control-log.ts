import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { timeAfter } from '../../event/time/time-after.ts'
import { controlTopicOf } from '../../topics/names.ts'
import { systemClock as clock } from '../../util/clock.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { groupTopicProblems } from '../admin/group-topics.ts'
import { withAdmin } from '../admin/topic-admin.ts'
import type { OutgoingRecord } from '../producer/message.ts'
import { createProducer } from '../producer/producer.ts'
import { withLogReader } from '../reader/with-log-reader.ts'

/** Rejects with TOPIC_MISSING unless the control topic exists and is compacted. */
export async function requireControlTopic(kafka: Kafka, groupId: string): Promise<void> {
  const topic = controlTopicOf(groupId)
  const found = await withAdmin(kafka, (admin) => admin.describe([topic]))
  const [problem] = groupTopicProblems(groupId, found, topic)
  if (problem !== undefined) throw new InventoryEventsError('TOPIC_MISSING', problem)
}

/** Reads the whole control topic, oldest record first. Rejects with KAFKA_UNAVAILABLE. */
export async function readControl(
  kafka: Kafka,
  groupId: string,
  onRecord: (record: SourceRecord) => void,
): Promise<void> {
  const topic = controlTopicOf(groupId)
  const { signal: lost } = new AbortController()
  await withLogReader(kafka, [topic], (reader) =>
    reader.read({ topic, partition: 0, lost, onRecord }),
  )
}

/**
 * Resolves when all records are acknowledged; every replica then reads them from the topic. Each has a later
 * time than all before it, whatever the clocks of those who wrote them; for a user who may not read them, the
 * time of this clock.
 */
export async function writeControl(
  kafka: Kafka,
  groupId: string,
  records: readonly Pick<OutgoingRecord, 'key' | 'value'>[],
): Promise<void> {
  const newestMs = await newestTime(kafka, groupId)
  const producer = await createProducer(kafka)
  try {
    const firstMs = timeAfter(clock.now(), newestMs)
    const placed = records.map((record, n) => {
      return { ...record, partition: 0, timestampMs: firstMs + n }
    })
    await producer.send(controlTopicOf(groupId), placed)
  } finally {
    await producer.close()
  }
}

async function newestTime(kafka: Kafka, groupId: string): Promise<number> {
  let newestMs = 0
  try {
    await readControl(kafka, groupId, ({ timestampMs }) => {
      newestMs = Math.max(newestMs, timestampMs)
    })
  } catch (error) {
    if (!(error instanceof InventoryEventsError && error.code === 'KAFKA_REFUSED')) throw error
  }
  return newestMs
}
