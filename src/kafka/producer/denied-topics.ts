import type { Kafka } from 'kafkajs'
import type { InventoryEventsError } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'

interface Refusal {
  error: InventoryEventsError
  atMs: number
}

const refusals = new WeakMap<Kafka, Map<string, Refusal>>()

/** A denial rarely changes within seconds, and each attempt costs a login. */
const PAUSE_MS = 5_000

/** The topics whose last write by this client was denied. */
export function deniedTopics(kafka: Kafka): string[] {
  return [...ofClient(kafka).keys()]
}

/** The error of the last write to the topic, if it was denied less than 5 s ago. */
export function recentDenial(
  kafka: Kafka,
  topic: string,
  nowMs: number,
): InventoryEventsError | undefined {
  const refusal = ofClient(kafka).get(topic)
  return refusal !== undefined && nowMs - refusal.atMs < PAUSE_MS ? refusal.error : undefined
}

/** Records the outcome of a write; `error` only if it was denied. */
export function recordWrite(
  kafka: Kafka,
  topic: string,
  nowMs: number,
  error?: InventoryEventsError,
): void {
  if (error === undefined) ofClient(kafka).delete(topic)
  else ofClient(kafka).set(topic, { error, atMs: nowMs })
}

function ofClient(kafka: Kafka): Map<string, Refusal> {
  return getOrInsert(refusals, kafka, () => new Map<string, Refusal>())
}
