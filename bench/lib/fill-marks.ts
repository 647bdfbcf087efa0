import type { Kafka } from 'kafkajs'
import { createKafkaStore } from '../../src/idempotency/kafka/store.ts'
import type { DeliveryKey, IdempotencyStore } from '../../src/idempotency/store.ts'
import { openMarksLog } from '../../src/kafka/state/marks-log.ts'
import { systemClock as clock } from '../../src/util/clock.ts'

const TTL_MS = 86_400_000
/** Marks completed between two flushes. */
const CHUNK = 16_384
/** A new topic may have no leaders for a moment. */
const LEADER_WAIT_MS = 10_000

export interface MarksWanted {
  topic: string
  groupId: string
  partitions: number
  marks: number
  /** Slugs of plugins whose states are read back as well. */
  stateful?: readonly string[]
}

/** Writes completed events to the marks topic of a group, as the service does. */
export async function fillMarks(kafka: Kafka, wanted: MarksWanted): Promise<void> {
  const store = await openMarksStore(kafka, wanted)
  await untilOpen(store, wanted)
  await completeAll(store, wanted)
  await store.flush()
  await store.close()
}

export async function openMarksStore(
  kafka: Kafka,
  { topic, groupId, marks, stateful = [] }: MarksWanted,
): Promise<IdempotencyStore> {
  const hasStates = stateful.length > 0
  return createKafkaStore({
    stateful: new Set(stateful),
    marksLog: await openMarksLog({ kafka, groupId, topics: [topic], hasStates, clock }),
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
}

export async function untilOpen(store: IdempotencyStore, wanted: MarksWanted): Promise<void> {
  const deadlineMs = Date.now() + LEADER_WAIT_MS
  for (;;) {
    try {
      return await openAll(store, wanted)
    } catch (error) {
      if (Date.now() > deadlineMs) throw error
      await clock.sleep(100)
    }
  }
}

export async function openAll(
  store: IdempotencyStore,
  { topic, partitions }: MarksWanted,
): Promise<void> {
  const { signal: lost } = new AbortController()
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  await Promise.all(all.map((partition) => store.open({ topic, partition, lost })))
}

/** Completes a chunk while the previous one is written, as between two commits. */
export async function completeAll(store: IdempotencyStore, wanted: MarksWanted): Promise<void> {
  let written = Promise.resolve()
  for (let n = 0; n < wanted.marks; n++) {
    const result = await store.claim(keyOf(n, wanted), 'fingerprint')
    if (result.type !== 'claimed') throw new Error(`mark ${n}: ${result.type}`)
    await result.claim.complete('processed')
    if (n % CHUNK !== CHUNK - 1) continue
    await written
    written = store.flush()
  }
  await written
}

export function keyOf(n: number, { topic, partitions }: MarksWanted): DeliveryKey {
  return { plugin: 'plugin', eventId: `evt_${n}`, topic, partition: n % partitions }
}
