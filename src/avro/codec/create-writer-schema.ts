import type { Contract } from '../schema/contract-schemas.ts'
import { parseType } from '../schema/parse-type.ts'
import { isRecordSchema, type Schema } from '../schema/schema.ts'
import type { RecordNode } from '../schema/type-node.ts'
import type { WriterSchema } from '../writer-schema.ts'
import { contractWriterSchema } from './contract-writer-schema.ts'
import { foreignWriterSchema } from './foreign-writer-schema.ts'

/** The default of MAX_IN_FLIGHT_BYTES. */
const DECODED_BYTES_MAX = 64 * 1024 * 1024

/**
 * Compiles a schema for decoding events that take at most `maxDecodedBytes` of memory. Throws an
 * Error if it is not JSON or not an Avro record.
 */
export function createWriterSchema(
  contract: Contract,
  schemaText: string,
  maxDecodedBytes = DECODED_BYTES_MAX,
): WriterSchema {
  const schema = parse(schemaText)
  if (!isRecordSchema(schema)) throw new Error('the schema is not an Avro record')
  const writer = parseType(schema) as RecordNode
  const ours = contract.ofRecord(writer.name)
  return ours === undefined
    ? foreignWriterSchema(writer, maxDecodedBytes)
    : contractWriterSchema(ours, writer, maxDecodedBytes)
}

export function parse(text: string): Schema {
  try {
    return JSON.parse(text) as Schema
  } catch {
    throw new Error('the schema is not JSON')
  }
}
