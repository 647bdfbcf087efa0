import { createWriterSchema } from '../avro/codec/create-writer-schema.ts'
import type { Contract, ContractSchema } from '../avro/schema/contract-schemas.ts'
import type { SchemaLookup, WriterSchema } from '../avro/writer-schema.ts'
import type { Event } from '../event/event.ts'

/** Making one takes longer than most runs. */
const writers = new WeakMap<ContractSchema, WriterSchema>()

/** The contract's schemas without a registry. A schema's id is its index in the contract. */
export function createLocalSchemas(contract: Contract) {
  const { schemas } = contract

  function writer(id: number): WriterSchema {
    const schema = schemas[id]!
    const known = writers.get(schema) ?? createWriterSchema(contract, schema.text)
    writers.set(schema, known)
    return known
  }

  return {
    idOf: (event: Event): number => schemas.indexOf(contract.of(event)),
    lookup: (id: number): SchemaLookup => ({ type: 'ready', schema: writer(id) }),
  }
}
