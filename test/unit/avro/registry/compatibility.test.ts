import avsc from 'avsc'
import { describe, expect, it } from 'vitest'
import { explainIncompatibility } from '../../../../src/avro/registry/compatibility.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema, Schema, SchemaField } from '../../../../src/avro/schema/schema.ts'

type Fields = (path: string) => SchemaField

/** A copy of the schema of received events in which one field, found by its path, is changed. */
function changed(change: (root: ComplexSchema, field: Fields) => void): [Schema, Schema] {
  const text = builtInContract().ofRecord('inventory_events.InventoryReceived')?.text ?? ''
  const schema = JSON.parse(text) as ComplexSchema
  change(schema, (path) => fieldAt(schema, path))
  return [JSON.parse(text), schema]
}

function fieldAt(schema: ComplexSchema, path: string): SchemaField {
  const [name, ...rest] = path.split('.')
  const field = schema.fields?.find((f) => f.name === name) as SchemaField
  return rest.length === 0 ? field : fieldAt(field.type as ComplexSchema, rest.join('.'))
}

function without(schema: ComplexSchema, name: string): void {
  schema.fields = schema.fields?.filter((field) => field.name !== name) ?? []
}

const optional = { name: 'lot', type: ['null', 'string'], default: null } as SchemaField
const entityOf = (field: Fields) => field('entity').type as ComplexSchema

const INCOMPATIBLE: [string, [Schema, Schema]][] = [
  [
    'entity.productId: type changed from string to double',
    changed((_, field) => {
      field('entity.productId').type = 'double'
    }),
  ],
  [
    'entity.quantity: type changed from null or double to null or string',
    changed((_, field) => {
      field('entity.quantity').type = ['null', 'string']
    }),
  ],
  [
    'entity.quantity: type changed from null or double to double',
    changed((_, field) => Object.assign(field('entity.quantity'), { type: 'double', default: 0 })),
  ],
  ['flowId: removed without a default', changed((root) => without(root, 'flowId'))],
  [
    'entity.lot: added without a default',
    changed((_, field) => entityOf(field).fields?.push({ name: 'lot', type: 'string' })),
  ],
  [
    'node.id: type changed from string to int',
    changed((_, field) => {
      field('node.id').type = 'int'
    }),
  ],
  [
    'time: type changed from long (timestamp-micros) to long (timestamp-millis)',
    changed((_, field) => {
      field('time').type = { type: 'long', logicalType: 'timestamp-millis' }
    }),
  ],
  [
    'record: type changed from record inventory_events.InventoryReceived to record other.InventoryReceived',
    changed((root) => {
      root.namespace = 'other'
    }),
  ],
  [
    'entity.attributes.*.value[]: type changed from record inventory_events.JsonValue to string',
    changed((root) => {
      const text = JSON.stringify(root).replace(
        '"items":"inventory_events.JsonValue"',
        '"items":"string"',
      )
      Object.assign(root, JSON.parse(text))
    }),
  ],
]

const COMPATIBLE: [string, [Schema, Schema]][] = [
  ['nothing', changed(() => {})],
  ['an optional field added', changed((root) => root.fields?.unshift(optional))],
  ['an optional field removed', changed((_, field) => without(entityOf(field), 'quantity'))],
  [
    'a symbol added',
    changed((_, field) => (field('node.type').type as ComplexSchema).symbols?.push('truck')),
  ],
  ['another doc', changed((root) => Object.assign(root, { doc: 'x' }))],
  ['fields in another order', changed((root) => root.fields?.reverse())],
  [
    'names that are inherited instead of repeated',
    changed((root) => {
      const text = JSON.stringify(root).replaceAll('inventory_events.', '')
      Object.assign(root, JSON.parse(text))
    }),
  ],
  [
    'a number type more for JSON values',
    changed((root) => {
      const text = JSON.stringify(root).replace('"double","string"', '"double","long","string"')
      Object.assign(root, JSON.parse(text))
    }),
  ],
]

/** avsc's verdict, without our types: each can be read as the other. */
function areReadable([older, newer]: [Schema, Schema]): boolean {
  try {
    const [a, b] = [older, newer].map((schema) =>
      avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true }),
    )
    a?.createResolver(b as avsc.Type)
    b?.createResolver(a as avsc.Type)
    return true
  } catch {
    return false
  }
}

describe('explainIncompatibility', () => {
  it.each(INCOMPATIBLE)('reports %s', (reason, [older, newer]) => {
    expect(explainIncompatibility(older, newer)).toEqual([reason])
    expect(explainIncompatibility(newer, older)).toHaveLength(1)
  })

  it.each(COMPATIBLE)('accepts %s', (_name, [older, newer]) => {
    expect(explainIncompatibility(older, newer)).toEqual([])
    expect(explainIncompatibility(newer, older)).toEqual([])
    expect(areReadable([older, newer])).toBe(true)
  })

  it('agrees with Avro on what is incompatible, except that it sees time units too', () => {
    const seenByAvro = INCOMPATIBLE.filter(([reason]) => !reason.startsWith('time:'))
    for (const [reason, pair] of seenByAvro)
      expect([reason, areReadable(pair)]).toEqual([reason, false])
  })

  it('needs a default for symbols that one side does not have', () => {
    const of = (symbols: string[]) => ({ type: 'enum', name: 'E', symbols })
    expect(explainIncompatibility(of(['A']), of(['A', 'B']))).toEqual([
      'record: symbol B added, and the older enum has no default',
    ])
    expect(explainIncompatibility(of(['A', 'B']), of(['A']))).toEqual([
      'record: symbol B removed, and the newer enum has no default',
    ])
  })

  it('accepts every contract schema against itself', () => {
    for (const { schema } of builtInContract().schemas) {
      expect(explainIncompatibility(schema, schema)).toEqual([])
    }
  })
})
