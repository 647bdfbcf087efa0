import type { AvroType } from '../../src/avro/binary/avsc.ts'
import type { ComplexSchema } from '../../src/avro/schema/schema.ts'
import { createContractType } from '../../src/avro/types/contract-type.ts'
import { FRAME_BYTES, writeFrame } from '../../src/avro/wire-format.ts'
import { registerSchema } from './contract-schemas.ts'

/** Registers a schema that is not part of the contract, and writes records with it. */
export async function writerOf(topic: string, schema: ComplexSchema) {
  const fullName = `${schema.namespace}.${schema.name}`
  const schemaId = await registerSchema(topic, fullName, JSON.stringify(schema))
  const type = createContractType(schema)
  return { schemaId, encode: (fields: object) => encode(type, schemaId, fields) }
}

function encode(type: AvroType, schemaId: number, fields: object): Buffer {
  const bytes = Buffer.alloc(4_096)
  const end = type.encode(fields, bytes, FRAME_BYTES)
  writeFrame(bytes, schemaId)
  return Buffer.from(bytes.subarray(0, end))
}
