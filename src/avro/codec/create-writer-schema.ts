import { isDeepStrictEqual } from 'node:util'
import { contractSchema } from '../schema/contract-schemas.ts'
import { fullNameOf, isRecordSchema, type Schema } from '../schema/schema.ts'
import { createWriterType } from '../types/types.ts'
import type { WriterSchema } from '../writer-schema.ts'
import { contractWriterSchema } from './contract-writer-schema.ts'
import { foreignWriterSchema } from './foreign-writer-schema.ts'

/** Compiles a schema for decoding. Throws an Error if it is not JSON or not an Avro record. */
export function createWriterSchema(schemaText: string): WriterSchema {
  const schema = parse(schemaText)
  if (!isRecordSchema(schema)) throw new Error('the schema is not an Avro record')
  const writer = createWriterType(schema)
  const fullName = fullNameOf(schema.name, schema.namespace)
  const contract = contractSchema(fullName)
  return contract === undefined
    ? foreignWriterSchema(fullName, writer)
    : contractWriterSchema(contract, writer, isDeepStrictEqual(schema, contract.schema))
}

export function parse(text: string): Schema {
  try {
    return JSON.parse(text) as Schema
  } catch {
    throw new Error('the schema is not JSON')
  }
}
