import type { Event } from '../../event/event.ts'
import { isUnknownEvent } from '../../event/guards.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { type ContractSchema, contractSchemaOf } from '../schema/contract-schemas.ts'
import type { AvroType } from '../types/avsc.ts'
import { createContractType } from '../types/types.ts'
import { FRAME_BYTES, writeFrame } from '../wire-format.ts'

const SCRATCH_BYTES = 64 * 1024

/** Events are written here first, because their size is known only then. */
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)

const types = new Map<ContractSchema, AvroType>()

/**
 * An event as a record value: frame and Avro. `schemaId` is the registry's id of the text of
 * `contractSchemaOf(event)`. The event must have passed `validateEvent`; throws EVENT_INVALID if
 * its schema cannot hold it.
 */
export function encodeEvent(event: Event, schemaId: number): Buffer {
  const schema = contractSchemaOf(event)
  const bytes = encode(contractType(schema), isUnknownEvent(event) ? asText(event) : event)
  writeFrame(bytes, schemaId)
  return bytes
}

/** The reader's shape of a contract schema, made once. */
export function contractType(schema: ContractSchema): AvroType {
  let type = types.get(schema)
  if (type === undefined) {
    type = createContractType(schema.schema)
    types.set(schema, type)
  }
  return type
}

function encode(type: AvroType, value: unknown): Buffer {
  try {
    const end = type.encode(value, scratch, FRAME_BYTES)
    // A negative end is the number of bytes that the scratch was too short by.
    const bytes = Buffer.allocUnsafe(end < 0 ? SCRATCH_BYTES - end : end)
    if (end < 0) type.encode(value, bytes, FRAME_BYTES)
    else scratch.copy(bytes, 0, 0, end)
    return bytes
  } catch (error) {
    throw new InventoryEventsError('EVENT_INVALID', `cannot encode: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** A kind without a schema travels as the text of its JSON. */
function asText(event: { id: string; kind: unknown; time: string }) {
  const { id, kind, time } = event
  return { id, kind, time, json: JSON.stringify(event) }
}
