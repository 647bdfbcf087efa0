import { encodeEvent } from '../../avro/codec/encoder.ts'
import { FRAME_BYTES, writeFrame } from '../../avro/wire-format.ts'
import { SAMPLES } from '../workload/samples.ts'

/** A record that holds no readable event. */
export interface MalformedRecord {
  /** Its key, unlike that of any entity, so that it is told by it. */
  key: string
  value: Buffer
  /** The kind that filters are still asked about; undefined where not even that can be read. */
  name: string | undefined
}

const EVENT = SAMPLES.find(({ kind }) => kind === 'inventory.moved')!
/** A schema id that no registry has given out. */
const UNKNOWN_SCHEMA_ID = 0x7fffffff

/** Records as faulty producers write them; `schemaId` is the registry's id of the moved event. */
export function malformedRecords(schemaId: number): MalformedRecord[] {
  const whole = encodeEvent(EVENT, schemaId)
  const unknown = Buffer.from(whole)
  writeFrame(unknown, UNKNOWN_SCHEMA_ID)
  const halfway = FRAME_BYTES + Math.floor((whole.length - FRAME_BYTES) / 2)
  return [
    { key: 'odd-no-frame', value: Buffer.from(JSON.stringify(EVENT)), name: undefined },
    { key: 'odd-unknown-schema', value: unknown, name: undefined },
    { key: 'odd-truncated', value: whole.subarray(0, halfway), name: EVENT.kind },
  ]
}

/** The event whose schema the odd records need. */
export const MALFORMED_EVENT = EVENT
