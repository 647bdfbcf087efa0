import type { Kafka } from 'kafkajs'
import { InventoryEventsError } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'

interface Refusal {
  error: InventoryEventsError
  atMs: number
}

type Refusals = WeakMap<Kafka, Map<string, Refusal>>

const writes: Refusals = new WeakMap()
const reads: Refusals = new WeakMap()

/** A denial rarely changes within seconds, and each attempt costs a login. */
const PAUSE_MS = 5_000

/** A read that was denied is repeated sooner, as long as a partition here needs it. */
const READ_AGAIN_MS = 15_000

/** What Kafka denies this client: `write to TOPIC` where the last write was denied, `read TOPIC` likewise. */
export function deniedTopics(kafka: Kafka, nowMs: number): string[] {
  const read = [...ofClient(reads, kafka)].filter(([, { atMs }]) => nowMs - atMs < READ_AGAIN_MS)
  return [
    ...[...ofClient(writes, kafka).keys()].map((topic) => `write to ${topic}`),
    ...read.map(([topic]) => `read ${topic}`),
  ]
}

/** The error of the last write to the topic, if it was denied less than 5 s ago. */
export function recentDenial(
  kafka: Kafka,
  topic: string,
  nowMs: number,
): InventoryEventsError | undefined {
  const refusal = ofClient(writes, kafka).get(topic)
  return refusal !== undefined && nowMs - refusal.atMs < PAUSE_MS ? refusal.error : undefined
}

/** Records the outcome of a write; `error` only if it was denied. */
export function recordWrite(
  kafka: Kafka,
  topic: string,
  nowMs: number,
  error?: InventoryEventsError,
): void {
  if (error === undefined) ofClient(writes, kafka).delete(topic)
  else ofClient(writes, kafka).set(topic, { error, atMs: nowMs })
}

/** Reads, and records it if that was denied. */
export async function recordingRead<T>(
  kafka: Kafka,
  topic: string,
  nowMs: () => number,
  read: () => Promise<T>,
): Promise<T> {
  try {
    const result = await read()
    ofClient(reads, kafka).delete(topic)
    return result
  } catch (error) {
    if (error instanceof InventoryEventsError && error.code === 'KAFKA_REFUSED')
      ofClient(reads, kafka).set(topic, { error, atMs: nowMs() })
    throw error
  }
}

function ofClient(refusals: Refusals, kafka: Kafka): Map<string, Refusal> {
  return getOrInsert(refusals, kafka, () => new Map<string, Refusal>())
}
