import avsc from 'avsc'
import { createRegistry } from '../../src/avro/registry/registry.ts'

const FRAME_BYTES = 5

/** Decodes with plain avsc: one type per schema id, created on first use. */
export function decodeWithAvsc(registryUrl: string): (value: Buffer) => unknown {
  const registry = createRegistry({ SCHEMA_REGISTRY_URL: registryUrl })
  const types = new Map<number, avsc.Type>()

  async function decodeFirst(id: number, value: Buffer): Promise<unknown> {
    const schema = await registry.schemaById(id)
    if (schema.type !== 'found') throw new Error(`schema ${id}: ${schema.why}`)
    const type = avsc.Type.forSchema(JSON.parse(schema.text))
    types.set(id, type)
    return type.fromBuffer(value.subarray(FRAME_BYTES))
  }

  return (value) => {
    const id = value.readInt32BE(1)
    const type = types.get(id)
    return type ? type.fromBuffer(value.subarray(FRAME_BYTES)) : decodeFirst(id, value)
  }
}
