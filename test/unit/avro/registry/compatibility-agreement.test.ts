import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readPayload } from '../../../../src/avro/codec/read-payload.ts'
import { explainIncompatibility } from '../../../../src/avro/registry/compatibility.ts'
import { parseType } from '../../../../src/avro/schema/parse-type.ts'
import type { Schema } from '../../../../src/avro/schema/schema.ts'
import type { TypeNode } from '../../../../src/avro/schema/type-node.ts'
import { resolvedReader } from '../../../../src/avro/types/compile-reader.ts'
import { branch, framed } from '../../../support/avro-bytes.ts'

const primitive = fc.constantFrom<Schema>(
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
)
const namespace = fc.constantFrom('a', 'b.c', '')
const symbols = fc.subarray(['A', 'B', 'C'], { minLength: 1 })

const enumType = fc.tuple(namespace, symbols, fc.constantFrom(undefined, 'A', 'Z')).map(
  ([ns, list, fallback]): Schema => ({
    type: 'enum',
    name: 'E',
    namespace: ns,
    symbols: list,
    ...(fallback !== undefined && { default: fallback }),
  }),
)
const fixedType = fc
  .tuple(namespace, fc.constantFrom('F', 'G'), fc.constantFrom(1, 2))
  .map(([ns, name, size]): Schema => ({ type: 'fixed', name, namespace: ns, size }))

/** Types of at most one more level; each name at most once, because references are another matter. */
const { type } = fc.letrec<{ type: Schema; leaf: Schema }>((tie) => ({
  leaf: fc.oneof(primitive, primitive, enumType, fixedType),
  type: fc.oneof(
    { maxDepth: 2 },
    tie('leaf'),
    tie('leaf').map((items) => ({ type: 'array', items })),
    tie('leaf').map((values) => ({ type: 'map', values })),
    fc.uniqueArray(primitive, { minLength: 1, maxLength: 3 }),
    fc
      .tuple(
        namespace,
        fc.constantFrom('N', 'M'),
        fc.dictionary(fc.constantFrom('x', 'y'), tie('leaf')),
      )
      .map(([ns, name, fields]) => ({
        type: 'record',
        name,
        namespace: ns,
        fields: fieldsOf(fields),
      })),
  ),
}))

function fieldsOf(types: Record<string, Schema>) {
  const fields = Object.entries(types).map(([name, t]) => ({ name, type: t }))
  return fields.map((field) => (field.type === 'string' ? { ...field, default: '' } : field))
}

const record = type.map(
  (t): Schema => ({ type: 'record', name: 'R', fields: [{ name: 'f', type: t }] }),
)

/** Values of every branch and symbol. */
function samples(node: TypeNode): unknown[] {
  switch (node.type) {
    case 'null':
      return [null]
    case 'boolean':
      return [true]
    case 'bytes':
    case 'string':
      return ['']
    case 'fixed':
      return [Buffer.alloc(node.size)]
    case 'enum':
      return [...node.symbols]
    case 'array':
      return [samples(node.items)]
    case 'map':
      return samples(node.values).map((value) => ({ k: value }))
    case 'union':
      return node.branches.flatMap((inner, i) => samples(inner).map((value) => branch(i, value)))
    case 'record': {
      const columns = node.fields.map((field) => samples(field.type))
      const rows = Math.max(1, ...columns.map((column) => column.length))
      return Array.from({ length: rows }, (_, row) =>
        Object.fromEntries(
          node.fields.map(({ name }, i) => [name, columns[i]?.[row % columns[i].length]]),
        ),
      )
    }
    default:
      return [7]
  }
}

function readsAll(writer: Schema, reader: Schema): boolean {
  try {
    const read = resolvedReader(parseType(writer), parseType(reader))
    for (const value of samples(parseType(writer))) readPayload(framed(writer, value), read, 1e6)
    return true
  } catch {
    return false
  }
}

it('finds schemas compatible exactly where the reader reads all values of each with the other', () => {
  fc.assert(
    fc.property(record, record, (older, newer) => {
      const isCompatible = explainIncompatibility(older, newer).length === 0
      expect(isCompatible).toBe(readsAll(older, newer) && readsAll(newer, older))
    }),
    { numRuns: 3000 },
  )
})

it('finds every schema compatible with itself', () => {
  fc.assert(
    fc.property(record, (schema) => {
      expect(explainIncompatibility(schema, schema)).toEqual([])
      expect(readsAll(schema, schema)).toBe(true)
    }),
  )
})
