/** An Avro schema in its JSON form. */
export type Schema = string | Schema[] | ComplexSchema

export interface ComplexSchema {
  type: Schema
  name?: string
  namespace?: string
  doc?: string
  logicalType?: string
  fields?: SchemaField[]
  items?: Schema
  values?: Schema
  symbols?: string[]
  size?: number
  default?: unknown
  [attribute: string]: unknown
}

export interface SchemaField {
  name: string
  type: Schema
  doc?: string
  default?: unknown
}

/** Whether the schema defines a record; record values must be Avro records. */
export function isRecordSchema(
  schema: unknown,
): schema is ComplexSchema & { name: string; fields: SchemaField[] } {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false
  const { type, name, fields } = schema as ComplexSchema
  return type === 'record' && typeof name === 'string' && Array.isArray(fields)
}

/** The full name of a definition or a reference within a namespace. */
export function fullNameOf(name: string, namespace: string | undefined): string {
  return name.includes('.') || !namespace ? name : `${namespace}.${name}`
}
