import type { Kafka } from 'kafkajs'
import type { InventoryEventsError } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'

interface Refusal {
  error: InventoryEventsError
  atMs: number
}

const refusals = new WeakMap<Kafka, Map<string, Refusal>>()

/** Kafka would not think better of it at once, and each try costs a login. */
const PAUSE_MS = 5_000

/** Topics that Kafka does not let this client write to, as far as it was tried. */
export function deniedTopics(kafka: Kafka): string[] {
  return [...ofClient(kafka).keys()]
}

/** Why the topic was refused, if that was just now. */
export function recentDenial(
  kafka: Kafka,
  topic: string,
  nowMs: number,
): InventoryEventsError | undefined {
  const refusal = ofClient(kafka).get(topic)
  return refusal !== undefined && nowMs - refusal.atMs < PAUSE_MS ? refusal.error : undefined
}

/** What came of a write: an error only if it was refused. */
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
