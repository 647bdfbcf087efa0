import type { InventoryEvent } from '../../src/event/event.ts'
import type { OutgoingRecord } from '../../src/kafka/producer/message.ts'
import { createProducer } from '../../src/kafka/producer/producer.ts'
import type { Bench } from './bench.ts'
import { HOT_ENTITY } from './hot.ts'

export interface Arrivals {
  /** Events per second, including those of the hot entity. */
  perSecond: number
  hotPerSecond: number
  seconds: number
}

const TICK_MS = 20

/** Sends events at a fixed rate: each tick sends what is due. */
export async function sendAtRate(
  { kafka }: Bench,
  topic: string,
  { perSecond, hotPerSecond, seconds }: Arrivals,
  next: () => InventoryEvent,
  toOutgoing: (event: InventoryEvent) => OutgoingRecord,
): Promise<void> {
  const producer = await createProducer(kafka)
  const total = perSecond * seconds
  const isHot = (n: number) =>
    Math.floor(((n + 1) * hotPerSecond) / perSecond) > Math.floor((n * hotPerSecond) / perSecond)
  const startMs = performance.now()
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - startMs) / 1_000) * perSecond))
    const records: OutgoingRecord[] = []
    for (; sent < due; sent++) {
      const record = toOutgoing(next())
      records.push(isHot(sent) ? { ...record, key: HOT_ENTITY } : record)
    }
    if (records.length > 0) await producer.send(topic, records)
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  await producer.close()
}
