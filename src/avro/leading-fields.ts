import { type AvroType, forSchema } from './avsc.ts'
import { canRead } from './pick.ts'
import { createProjection } from './projection.ts'

/**
 * Reads the named string fields of a framed value, and nothing behind the last of them. The list is
 * good until the next value is read. Throws RECORD_UNDECODABLE.
 */
export type LeadingFields = (value: Buffer) => readonly string[]

/** Undefined where the writer's record does not have one of the fields as a string. */
export function leadingFields(
  fullName: string,
  names: readonly string[],
  writer: AvroType,
): LeadingFields | undefined {
  const fields = names.map((name) => ({ name, type: 'string' }))
  const reader = forSchema({ type: 'record', name: fullName, fields }, { omitRecordMethods: true })
  if (!canRead(reader, writer)) return undefined
  const paths = names.map((name) => [name])
  const project = createProjection(paths, writer, reader, () => {})
  const texts: string[] = []
  return (value) => {
    project(value, texts)
    return texts
  }
}
