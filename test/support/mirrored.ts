import type { Kafka } from 'kafkajs'
import { withAdmin } from '../../src/kafka/admin/topic-admin.ts'
import { withLogReader } from '../../src/kafka/reader/with-log-reader.ts'

const LIMIT_MS = 60_000

/** The committed records of the topics without their offsets, each with all that a mirror must keep. */
export async function recordsOf(kafka: Kafka, topics: readonly string[]): Promise<string[]> {
  const found = await withAdmin(kafka, (admin) => admin.describe(topics))
  const records: string[] = []
  await withLogReader(kafka, [...found.keys()], async (reader) => {
    const lost = AbortSignal.timeout(LIMIT_MS)
    for (const [topic, { partitions }] of found) {
      for (let partition = 0; partition < partitions; partition++) {
        const onRecord: Parameters<typeof reader.read>[0]['onRecord'] = (record) => {
          const { timestampMs, key, value, headers } = record
          const texts = [...headers].map(({ name, value }) => [name, String(value)])
          const bytes = [key, value].map((each) => each?.toString('hex') ?? null)
          records.push(JSON.stringify([topic, partition, timestampMs, ...bytes, texts]))
        }
        await reader.read({ topic, partition, lost, onRecord })
      }
    }
  })
  return records
}
