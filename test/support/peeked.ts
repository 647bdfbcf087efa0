import type { WriterSchema } from '../../src/avro/writer-schema.ts'

/** The result of a schema's peek at a value, with the id as text. */
export function peeked(schema: WriterSchema, value: Buffer) {
  const { name, id } = schema.peek(value)
  return { name, id: id && value.toString('utf8', id.start, id.end) }
}
