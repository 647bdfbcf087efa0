import { encodeEvent } from '../../avro/codec/encoder.ts'
import { builtInContract } from '../../avro/schema/contract-schemas.ts'
import { FRAME_BYTES, writeFrame } from '../../avro/wire-format.ts'
import { SAMPLES } from './samples.ts'

/** A record that cannot be decoded. */
export interface MalformedRecord {
  /** A key that no entity has, which identifies the record. */
  key: string
  value: Buffer
  /** The kind that filters are evaluated with; undefined if not even that can be read. */
  name: string | undefined
}

const EVENT = SAMPLES.find(({ kind }) => kind === 'inventory.moved')!
/** A schema id that no registry assigns. */
const UNKNOWN_SCHEMA_ID = 0x7fffffff

/** Records as faulty producers write them; `schemaId` is the registry's id of the moved event. */
export function malformedRecords(schemaId: number): MalformedRecord[] {
  const whole = encodeEvent(builtInContract(), EVENT, schemaId)
  const unknown = Buffer.from(whole)
  writeFrame(unknown, UNKNOWN_SCHEMA_ID)
  const halfway = FRAME_BYTES + Math.floor((whole.length - FRAME_BYTES) / 2)
  return [
    { key: 'odd-no-frame', value: Buffer.from(JSON.stringify(EVENT)), name: undefined },
    { key: 'odd-unknown-schema', value: unknown, name: undefined },
    { key: 'odd-truncated', value: whole.subarray(0, halfway), name: EVENT.kind },
  ]
}

/** The event whose schema the malformed records need. */
export const MALFORMED_EVENT = EVENT
