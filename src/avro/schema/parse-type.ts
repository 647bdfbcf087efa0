import { messageOf } from '../../util/errors.ts'
import { parseLogicalType } from './logical-type.ts'
import { fullNameOf } from './schema.ts'
import type { FieldNode, Primitive, PrimitiveNode, RecordNode, TypeNode } from './type-node.ts'

const PRIMITIVES: ReadonlyMap<unknown, PrimitiveNode> = new Map(
  (['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const).map(
    (type: Primitive) => [type, { type, logical: undefined }],
  ),
)

/**
 * Parses the parts of a schema that decoding needs. Names are not validated, nor are defaults and
 * unknown attributes: they don't affect how bytes are read. Throws an Error that names the problem.
 */
export function parseType(schema: unknown): TypeNode {
  return new Parser().parse(schema, undefined)
}

type Json = { readonly [attribute: string]: unknown }

class Parser {
  readonly #named = new Map<string, TypeNode>()

  parse(schema: unknown, scope: string | undefined): TypeNode {
    if (typeof schema === 'string') return this.#reference(schema, scope)
    if (Array.isArray(schema)) {
      return { type: 'union', branches: schema.map((branch) => this.parse(branch, scope)) }
    }
    if (typeof schema !== 'object' || schema === null) throw new Error('a type is missing')
    return this.#complex(schema as Json, scope)
  }

  #complex(schema: Json, scope: string | undefined): TypeNode {
    const { type } = schema
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(schema, scope)
      case 'array':
        return { type, items: this.parse(schema.items, scope) }
      case 'map':
        return { type, values: this.parse(schema.values, scope) }
      case 'enum':
        return this.#name(schema, scope, (name) => enumNode(name, schema))
      case 'fixed':
        return this.#name(schema, scope, (name) => fixedNode(name, schema))
    }
    const primitive = PRIMITIVES.get(type)
    if (primitive === undefined) return this.parse(type, scope)
    return { type: primitive.type, logical: parseLogicalType(primitive.type, schema) }
  }

  #record(schema: Json, scope: string | undefined): RecordNode {
    const fields: FieldNode[] = []
    // Registered before its fields, which may refer to it.
    const record = this.#name(schema, scope, (name) => ({ type: 'record', name, fields }))
    const inner = record.name.includes('.')
      ? record.name.slice(0, record.name.lastIndexOf('.'))
      : undefined
    if (!Array.isArray(schema.fields)) throw new Error(`record ${record.name} has no fields`)
    for (const field of schema.fields as Json[]) fields.push(this.#field(field, inner))
    const names = new Set(fields.map(({ name }) => name))
    if (names.size < fields.length) {
      throw new Error(`record ${record.name} has two fields of one name`)
    }
    return record
  }

  #field(field: Json | null, scope: string | undefined): FieldNode {
    const name = field?.name
    if (typeof name !== 'string') throw new Error('a field has no name')
    try {
      return { name, type: this.parse(field?.type, scope), default: field?.default }
    } catch (error) {
      throw new Error(`${name}: ${messageOf(error)}`)
    }
  }

  #name<T extends TypeNode>(
    { name, namespace }: Json,
    scope: string | undefined,
    make: (fullName: string) => T,
  ): T {
    if (typeof name !== 'string') throw new Error('a named type has no name')
    const own = typeof namespace === 'string' ? namespace : scope
    const fullName = fullNameOf(name, own)
    const node = make(fullName)
    this.#named.set(fullName, node)
    return node
  }

  #reference(name: string, scope: string | undefined): TypeNode {
    const node =
      PRIMITIVES.get(name) ?? this.#named.get(fullNameOf(name, scope)) ?? this.#named.get(name)
    if (node === undefined) throw new Error(`no type of the name ${name}`)
    return node
  }
}

function enumNode(name: string, schema: Json): TypeNode {
  const { symbols, default: fallback } = schema
  if (!Array.isArray(symbols) || !symbols.every((symbol) => typeof symbol === 'string')) {
    throw new Error(`enum ${name} has no symbols`)
  }
  const isSymbol = typeof fallback === 'string' && symbols.includes(fallback)
  return { type: 'enum', name, symbols, fallback: isSymbol ? fallback : undefined }
}

function fixedNode(name: string, schema: Json): TypeNode {
  const { size } = schema
  if (!Number.isSafeInteger(size) || (size as number) < 0) {
    throw new Error(`fixed ${name} has no size`)
  }
  return {
    type: 'fixed',
    name,
    size: size as number,
    logical: parseLogicalType('fixed', schema),
  }
}
