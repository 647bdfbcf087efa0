import type { Kafka } from 'kafkajs'
import { systemClock as clock } from '../../src/event/clock.ts'
import { createKafkaStore } from '../../src/idempotency/kafka.ts'
import { openMarksLog } from '../../src/kafka/marks-log.ts'

const TTL_MS = 86_400_000
/** Marks that are completed between two flushes. */
const CHUNK = 16_384

export interface MarksWanted {
  topic: string
  groupId: string
  partitions: number
  marks: number
}

/** Completes events in the ledger of a group, as the service does. */
export async function fillMarks(kafka: Kafka, wanted: MarksWanted): Promise<void> {
  const { topic, groupId, partitions, marks } = wanted
  const store = createKafkaStore({
    marksLog: await openMarksLog({ kafka, groupId, topics: [topic], clock }),
    groupId,
    clock,
    ttlMs: TTL_MS,
    maxMarks: 2 * marks,
    reports: {
      onEvict: () => {},
      onUnreadable: () => {},
      onReadBack: () => {},
      onWriteFailed: (error) => process.stderr.write(`${error}\n`),
    },
  })
  const { signal: lost } = new AbortController()
  for (let partition = 0; partition < partitions; partition++) {
    await store.open({ topic, partition, lost })
  }
  for (let n = 0; n < marks; n++) {
    const key = { plugin: 'first', eventId: `evt_${n}`, topic, partition: n % partitions }
    const result = await store.claim(key, 'fingerprint')
    if (result.type !== 'claimed') throw new Error(`mark ${n}: ${result.type}`)
    await result.claim.complete()
    if (n % CHUNK === CHUNK - 1) await store.flush()
  }
  await store.flush()
  await store.close()
}
