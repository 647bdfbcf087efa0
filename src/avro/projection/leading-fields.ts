import { type AvroType, forSchema, StringType, type Tap } from '../types/avsc.ts'
import type { Span } from '../writer-schema.ts'
import { canRead } from './field-picker.ts'
import { createProjection } from './projection.ts'

/** Good until the next value is read. */
export interface Leading {
  readonly id: Span
  /** Undefined where no field has it. */
  readonly name: string | undefined
}

/**
 * Makes what finds the id of a framed value, and reads its name if a field has it, and nothing behind
 * them. Undefined where the writer's record does not have one of the fields as a string. The reader
 * throws RECORD_UNDECODABLE.
 */
export function leadingFields(
  fullName: string,
  nameField: string | undefined,
  writer: AvroType,
): ((value: Buffer) => Leading) | undefined {
  const id = { start: 0, end: 0 }
  const ofName = nameField === undefined ? [] : [{ name: nameField, type: 'string' }]
  const fields = [{ name: 'id', type: spanType(id) }, ...ofName]
  const reader = forSchema({ type: 'record', name: fullName, fields }, { omitRecordMethods: true })
  if (!canRead(reader, writer)) return undefined
  const paths = fields.map(({ name }) => [name])
  const project = createProjection(paths, writer, reader, () => {})
  const slots: unknown[] = []
  return (value) => {
    project(value, slots)
    return { id, name: slots[1] as string | undefined }
  }
}

/** Reads a string by finding it: most ids are only compared, and a text of each would be garbage. */
function spanType(span: { start: number; end: number }): AvroType {
  class SpanType extends StringType {
    override _read(tap: Tap): Span {
      const bytes = tap.readLong()
      if (bytes < 0) throw new Error('truncated')
      span.start = tap.pos
      tap.pos += bytes
      span.end = tap.pos
      return span
    }
  }
  return new SpanType()
}
