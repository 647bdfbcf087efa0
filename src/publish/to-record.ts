import { encodeEvent } from '../avro/codec/encoder.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import { entityKey } from '../event/entity-key.ts'
import type { Event } from '../event/event.ts'
import { nameOf } from '../event/guards.ts'
import { headersOf, type RecordHeaders } from '../event/headers.ts'
import { type Trace, traceHeaders } from '../event/trace.ts'
import type { OutgoingRecord } from '../kafka/producer/message.ts'

interface EventRecord extends OutgoingRecord {
  key: string
  value: Buffer
  headers: RecordHeaders
}

interface RecordOptions {
  /** The registry's id of the event's schema. */
  schemaId: number
  /** CloudEvents' `source`. */
  source: string
  trace?: Trace | undefined
}

/** Creates an event's record: Avro in Confluent's wire format, keyed by entity, with CloudEvents headers. */
export function toRecord(
  contract: Contract,
  event: Event,
  { schemaId, source, trace }: RecordOptions,
): EventRecord {
  return {
    key: entityKey(contract.kinds, event),
    value: encodeEvent(contract, event, schemaId),
    headers: headersOf({
      ce_specversion: '1.0',
      ce_id: String(event.id),
      ce_type: nameOf(event),
      ce_source: source,
      ce_time: String(event.time),
      'content-type': 'application/avro',
      ...traceHeaders(trace),
    }),
  }
}
