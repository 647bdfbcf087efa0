import { type AvroType, forSchema, type Reader } from './avsc.ts'
import { readLeading } from './read-payload.ts'

/** Reads the named string fields of a framed value, and nothing behind the last of them. */
export type LeadingFields = (value: Buffer) => Record<string, string>

/** Undefined where the writer's record does not have one of the fields as a string. */
export function leadingFields(
  fullName: string,
  names: readonly string[],
  writer: AvroType,
): LeadingFields | undefined {
  const fields = names.map((name) => ({ name, type: 'string' }))
  const type = forSchema({ type: 'record', name: fullName, fields }, { omitRecordMethods: true })
  const reader = resolve(type, writer)
  if (reader === undefined) return undefined
  return (value) => readLeading(value, type, reader)
}

function resolve(type: AvroType, writer: AvroType): Reader | undefined {
  try {
    return type.createResolver(writer)
  } catch {
    return undefined
  }
}
