import type { Event } from '../../event/event.ts'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import type { AvroType } from '../binary/avsc.ts'
import { type Contract, type ContractSchema, UNKNOWN_EVENT } from '../schema/contract-schemas.ts'
import { parseType } from '../schema/parse-type.ts'
import { compileWriter, writtenType } from '../types/compile-writer.ts'
import { createContractType } from '../types/contract-type.ts'
import { FRAME_BYTES, writeFrame } from '../wire-format.ts'

const SCRATCH_BYTES = 64 * 1024

/** Events are encoded here first, because their size is not known before. */
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES)

const types = new Map<ContractSchema, AvroType>()

/**
 * Encodes an event as a record value: frame, then Avro. `schemaId` is the registry's id for
 * `contract.of(event)`. The event must have passed `validateEvent`. Throws EVENT_INVALID if
 * its schema cannot represent it.
 */
export function encodeEvent(contract: Contract, event: Event, schemaId: number): Buffer {
  const schema = contract.of(event)
  const isUnknown = schema.fullName === UNKNOWN_EVENT
  const bytes = encode(contractType(schema), isUnknown ? asText(event) : event)
  writeFrame(bytes, schemaId)
  return bytes
}

/** The Avro type of a contract schema, created once. */
function contractType(schema: ContractSchema): AvroType {
  let type = types.get(schema)
  if (type === undefined) {
    type = schema.isOwn
      ? writtenType(compileWriter(parseType(schema.schema)))
      : createContractType(schema.schema)
    types.set(schema, type)
  }
  return type
}

function encode(type: AvroType, value: unknown): Buffer {
  try {
    const end = type.encode(value, scratch, FRAME_BYTES)
    // avsc returns the number of missing bytes, negated, if the buffer is too short.
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

/** Events of kinds without a schema are sent as JSON text. */
function asText(event: Event) {
  const { id, kind, time } = event
  return { id, kind, time, json: JSON.stringify(event) }
}
