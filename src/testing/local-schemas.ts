import { createWriterSchema } from '../avro/codec/create-writer-schema.ts'
import { contractSchemaOf, contractSchemas } from '../avro/schema/contract-schemas.ts'
import type { SchemaLookup, WriterSchema } from '../avro/writer-schema.ts'
import type { Event } from '../event/event.ts'
import { getOrInsert } from '../util/get-or-insert.ts'

/** Making one takes longer than most runs. */
const writers = new Map<number, WriterSchema>()

/** The contract's schemas without a registry. A schema's id is its index in the contract. */
export function createLocalSchemas() {
  const names = contractSchemas().map(({ fullName }) => fullName)

  function writer(id: number): WriterSchema {
    return getOrInsert(writers, id, () => createWriterSchema(contractSchemas()[id]!.text))
  }

  return {
    idOf: (event: Event): number => names.indexOf(contractSchemaOf(event).fullName),
    lookup: (id: number): SchemaLookup => ({ type: 'ready', schema: writer(id) }),
  }
}
