import { type AvroType, forSchema, StringType, type Tap } from '../types/avsc.ts'
import type { Span } from '../writer-schema.ts'
import { canRead } from './field-picker.ts'
import { createProjection } from './projection.ts'

/** Valid until the next value is read. */
export interface Leading {
  readonly id: Span
  /** Undefined if no `nameField` was given. */
  readonly name: string | undefined
}

/**
 * Creates a reader that locates the id in a framed value, reads the name if `nameField` is given,
 * and stops there. Undefined if the writer's record lacks one of these fields as a string. The
 * reader throws RECORD_UNDECODABLE.
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

/** Locates a string instead of reading it: most ids are only compared, so no string is allocated. */
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
