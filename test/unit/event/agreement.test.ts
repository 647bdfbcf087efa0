import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import type { Schema, SchemaField } from '../../../src/avro/schema/schema.ts'
import { entityKey } from '../../../src/event/entity-key.ts'
import type { InventoryKind } from '../../../src/event/event.ts'
import { INVENTORY_KINDS, kindNames } from '../../../src/event/kinds.ts'
import {
  type FieldRule,
  PLUGIN_EVENT_SHAPE,
  type RecordShape,
  SHAPE_OF_KIND,
} from '../../../src/event/validation/shapes.ts'
import { readSamples } from '../../support/samples.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A field's Avro type in the validator's terms; ids and other texts are both strings there. */
function ruleOf(schema: Schema, types: Map<string, Schema>): unknown {
  if (typeof schema === 'string') {
    const named = types.get(schema)
    return named === undefined ? ({ double: 'number' }[schema] ?? schema) : ruleOf(named, types)
  }
  if (Array.isArray(schema)) return { optional: ruleOf(schema[1] as Schema, types) }
  if (schema.name !== undefined) types.set(`inventory_events.${schema.name}`, schema)
  if (schema.name === 'JsonValue') return 'json'
  if (schema.name === 'NodeType') return 'node-type'
  if (schema.logicalType === 'timestamp-micros') return 'time'
  if (schema.items !== undefined) return { listOf: ruleOf(schema.items, types) }
  if (schema.values !== undefined) return 'json-object'
  return { record: rulesOf(schema.fields ?? [], types) }
}

function rulesOf(fields: SchemaField[], types: Map<string, Schema>): unknown {
  return Object.fromEntries(fields.map(({ name, type }) => [name, ruleOf(type, types)]))
}

function idsAsStrings(rule: FieldRule): unknown {
  if (rule === 'id') return 'string'
  if (typeof rule === 'string') return rule
  if ('record' in rule) return { record: shapeAsStrings(rule.record) }
  if ('listOf' in rule) return { listOf: idsAsStrings(rule.listOf) }
  if ('optional' in rule) return { optional: idsAsStrings(rule.optional) }
  return rule
}

function shapeAsStrings(shape: RecordShape): unknown {
  return Object.fromEntries(Object.entries(shape).map(([k, rule]) => [k, idsAsStrings(rule)]))
}

describe('types, schemas and rules', () => {
  const schemas = new Map(builtInContract().schemas.map((schema) => [schema.fullName, schema]))

  it.each([...INVENTORY_KINDS.values()])(
    'the schema of $name has the fields that the validator checks',
    (kind) => {
      const schema = schemas.get(kind.record)
      expect(schema?.name).toBe(kind.name)
      const rules = rulesOf(schema?.schema.fields ?? [], new Map())
      expect(rules).toEqual(
        shapeAsStrings(SHAPE_OF_KIND[kind.name as InventoryKind] as RecordShape),
      )
    },
  )

  it('the schema of plugin events has the fields that the validator checks', () => {
    const fields = schemas.get('inventory_events.PluginEvent')?.schema.fields ?? []
    expect(rulesOf(fields, new Map())).toEqual(shapeAsStrings(PLUGIN_EVENT_SHAPE))
  })

  it('every kind has a published sample and a key rule', () => {
    const keys = readSamples().map(
      (sample) => [sample.kind, entityKey(INVENTORY_KINDS, sample)] as const,
    )
    expect(keys.map(([kind]) => kind).sort()).toEqual(kindNames(INVENTORY_KINDS).sort())
    for (const [, key] of keys) expect(key).toMatch(/^ent_/)
  })

  it('every kind has one schema, and so do plugin events and unknown kinds', () => {
    expect(schemas.size).toBe(INVENTORY_KINDS.size + 2)
  })

  // Only the compiler sees the types; each test compiles one changed copy.
  describe('the compiler', () => {
    let folder: string
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'inventory-events-types-'))
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    function compile(name: string, code: string): string {
      const file = join(folder, `${name}.ts`)
      const imports = `import type { InventoryEvent, InventoryWastedEvent } from '${root}src/event/event.ts'
import { SHAPE_OF_KIND } from '${root}src/event/validation/shapes.ts'\n`
      writeFileSync(file, imports + code)
      const options = ['--noEmit', '--strict', '--skipLibCheck', '--allowImportingTsExtensions']
      const more = ['--module', 'NodeNext', '--target', 'ES2023', '--exactOptionalPropertyTypes']
      try {
        execFileSync(join(root, 'node_modules/.bin/tsc'), [...options, ...more, file], {
          cwd: folder,
        })
        return ''
      } catch (error) {
        return String((error as { stdout: Buffer }).stdout)
      }
    }

    it('ties the validator to the types', () => {
      expect(compile('same', 'export type E = InventoryEvent; export { SHAPE_OF_KIND }')).toBe('')
    })

    it('rejects rules for fields that the type does not have', () => {
      const code = `type Shape = (typeof SHAPE_OF_KIND)['inventory.wasted']
const { reason: _, ...others } = SHAPE_OF_KIND['inventory.wasted']
export const missing: Shape = others
export const required: Shape = { ...SHAPE_OF_KIND['inventory.wasted'], reason: 'string' }
export type Reason = InventoryWastedEvent['reason']`
      const output = compile('changed', code)
      expect(output).toMatch(/changed\.ts\(5,\d+\).*'reason' is missing/)
      expect(output).toMatch(/changed\.ts\(6,\d+\).*not assignable/)
    })
  })
})
