import type { Kafka } from 'kafkajs'
import { requestAdmin } from '../admin/admin-client.ts'
import { withLogReader } from '../reader/with-log-reader.ts'
import { openLogWriter } from '../state/log-writer.ts'
import { type Cut, readPart } from './cut.ts'

/**
 * Takes the marks behind a cut out of their partition. A log can only lose its beginning: the marks before
 * the cut are written again behind all others first, with their times, and then everything up to those goes.
 * Doing it again does no harm.
 */
export async function cutMarks(kafka: Kafka, cut: Cut): Promise<void> {
  const { topic, partition, low, at, end } = cut
  if (at === end) return
  const writer = await openLogWriter(kafka, topic)
  try {
    await withLogReader(kafka, [topic], (reader) =>
      readPart(reader, cut, { from: low, to: at }, writer.take),
    )
    await writer.send()
  } finally {
    await writer.close()
  }
  await requestAdmin(kafka, `remove marks of ${topic}/${partition}`, async (admin) => {
    // kafkajs finds the leader only in what it has asked for before.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(end) }] })
  })
}
