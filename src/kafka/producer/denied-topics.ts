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

/** What was denied is tried again sooner, as long as something here needs it. */
const AGAIN_MS = { read: 15_000, write: 60_000 }

/**
 * What Kafka denies this client: `write to TOPIC` where the last write was denied, `read TOPIC` likewise. What
 * is not tried any more, since a partition has moved, is no reason not to be ready.
 */
export function deniedTopics(kafka: Kafka, nowMs: number): string[] {
  const within = (refusals: Refusals, againMs: number) =>
    [...ofClient(refusals, kafka)].filter(([, { atMs }]) => nowMs - atMs < againMs)
  return [
    ...within(writes, AGAIN_MS.write).map(([topic]) => `write to ${topic}`),
    ...within(reads, AGAIN_MS.read).map(([topic]) => `read ${topic}`),
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
