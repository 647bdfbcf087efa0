import { type ComplexSchema, fullNameOf, type Schema } from './schema.ts'

const PRIMITIVES: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])

/** The schema with fully qualified names and references, so that two versions compare by name. */
export function qualify(schema: Schema, scope?: string): Schema {
  if (typeof schema === 'string') return PRIMITIVES.has(schema) ? schema : fullNameOf(schema, scope)
  if (Array.isArray(schema)) return schema.map((branch) => qualify(branch, scope))
  const name = schema.name && fullNameOf(schema.name, schema.namespace ?? scope)
  const inner = name?.includes('.') ? name.slice(0, name.lastIndexOf('.')) : scope
  const { fields, items, values, namespace, ...rest } = schema
  return {
    ...rest,
    ...(name && { name }),
    ...(fields && { fields: fields.map((f) => ({ ...f, type: qualify(f.type, inner) })) }),
    ...(items && { items: qualify(items, inner) }),
    ...(values && { values: qualify(values, inner) }),
  }
}

export type NamedTypes = ReadonlyMap<string, ComplexSchema>

/** Every named type that a qualified schema defines. */
export function namedTypes(schema: Schema): NamedTypes {
  return new Map(definitions(schema).map((type) => [type.name as string, type]))
}

function definitions(schema: Schema): ComplexSchema[] {
  if (typeof schema === 'string') return []
  if (Array.isArray(schema)) return schema.flatMap(definitions)
  const { name, fields = [], items, values } = schema
  const parts = [
    ...fields.map(({ type }) => type),
    ...(items ? [items] : []),
    ...(values ? [values] : []),
  ]
  return [...(name === undefined ? [] : [schema]), ...parts.flatMap(definitions)]
}
