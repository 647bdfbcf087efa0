import type { Contract } from '../../avro/schema/contract-schemas.ts'
import type { FollowUp, FollowUpRecord, FollowUpSink } from '../../follow-up/follow-up.ts'
import { type OutgoingRecord, recordBytes } from '../../kafka/producer/message.ts'
import type { EventTopics } from '../../topics/event-topics.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { createDestinations, type DestinationsOptions } from '../destinations.ts'
import { encodeFollowUp } from './encode-follow-up.ts'

export interface FollowUpSinkOptions {
  contract: Contract
  topics: EventTopics
  schemaIdOf: DestinationsOptions['schemaIdOf']
  /** The topic's limit of a record. Rejects if the topic does not exist. */
  limitBytesOf(topic: string): Promise<number>
  send(topic: string, records: readonly OutgoingRecord[]): Promise<unknown>
}

/** What Kafka adds to a record and its batch, at most. */
const OVERHEAD_BYTES = 256

/** Encodes follow-up events as they are published, and writes them. */
export function createFollowUpSink(options: FollowUpSinkOptions): FollowUpSink {
  const { contract } = options
  const limits = new Map<string, number>()
  const destinations = createDestinations({
    ...options,
    async requireTopic(topic) {
      limits.set(topic, await options.limitBytesOf(topic))
    },
  })

  async function encode(followUps: readonly FollowUp[]): Promise<FollowUpRecord[]> {
    const records: FollowUpRecord[] = []
    for (const each of followUps) {
      const record = encodeFollowUp(contract, each, await destinations.of(each.event, each.topic))
      requireFits(record, each)
      records.push(record)
    }
    return records
  }

  /** A record that is refused would hold up everything that is committed together with it. */
  function requireFits(record: FollowUpRecord, { event }: FollowUp): void {
    const { topic } = record
    const bytes = recordBytes(record) + OVERHEAD_BYTES
    const limitBytes = limits.get(topic)!
    if (bytes <= limitBytes) return
    const message = `context.publish: event ${event.id}: expected at most ${limitBytes} bytes (max.message.bytes of ${topic}), got ${bytes}`
    throw new InventoryEventsError('EVENT_INVALID', message)
  }

  return {
    kinds: contract.kinds,
    encode,
    async write(records) {
      const byTopic = new Map<string, OutgoingRecord[]>()
      for (const { topic, ...record } of records) getOrInsert(byTopic, topic, () => []).push(record)
      for (const [topic, some] of byTopic) await options.send(topic, some)
    },
  }
}
