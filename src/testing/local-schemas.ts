import { createWriterSchema } from '../avro/codec/create-writer-schema.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import type { SchemaLookup, WriterSchema } from '../avro/writer-schema.ts'
import type { Event } from '../event/event.ts'
import { getOrInsert } from '../util/get-or-insert.ts'

/** Making one takes longer than most runs. */
const writers = new Map<number, WriterSchema>()

/** The contract's schemas without a registry. A schema's id is its index in the contract. */
export function createLocalSchemas(contract: Contract) {
  const { schemas } = contract

  function writer(id: number): WriterSchema {
    return getOrInsert(writers, id, () => createWriterSchema(contract, schemas[id]!.text))
  }

  return {
    idOf: (event: Event): number => schemas.indexOf(contract.of(event)),
    lookup: (id: number): SchemaLookup => ({ type: 'ready', schema: writer(id) }),
  }
}
