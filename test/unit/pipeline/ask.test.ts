import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { encodeEvent } from '../../../src/avro/encoder.ts'
import { contractSchemaOf, contractSchemas } from '../../../src/avro/schemas.ts'
import { createWriterSchema, type WriterSchema } from '../../../src/avro/writer-schema.ts'
import type { Event } from '../../../src/event/event.ts'
import { nameOf } from '../../../src/event/guards.ts'
import { type Path, valueAt } from '../../../src/event/path.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import { readFilter } from '../../../src/filter/read-filter.ts'
import { Ask, type FilterDecision } from '../../../src/pipeline/ask.ts'
import type { LoadedPlugin } from '../../../src/plugin/loaded-plugin.ts'
import { event, number, text } from '../../support/arbitraries.ts'
import { moved } from '../../support/events.ts'
import { jsonSchema, plugin } from '../../support/pipeline-kit.ts'

const schemas = new Map(
  contractSchemas().map(({ fullName, text }) => [fullName, createWriterSchema(text)]),
)
const schemaOf = (e: Event) => schemas.get(contractSchemaOf(e).fullName) as WriterSchema

function recordOf(value: Buffer, headers: SourceRecord['headers'] = {}): SourceRecord {
  return { topic: 't', partition: 0, offset: 0, timestampMs: 0, key: null, value, headers }
}

function pluginWith(where: unknown): LoadedPlugin {
  const { filter, problems } = readFilter(where, 'where')
  expect(problems).toEqual([])
  return plugin({ where: filter as NonNullable<typeof filter>, processEvent() {} })
}

function decide(plugins: LoadedPlugin[], e: Event): FilterDecision['type'][] {
  const decisions: FilterDecision[] = []
  const asked = { name: nameOf(e), schema: schemaOf(e) }
  new Ask(plugins).all(plugins, asked, recordOf(encodeEvent(e, 1)), decisions)
  return decisions.map(({ type }) => type)
}

type Operator = 'exact' | 'gt' | 'lte' | 'prefix' | 'exists'
type Leaf = { path: Path; operator: Operator; operand: unknown }

/** As the README says it, over the whole event. */
function reference({ path, operator, operand }: Leaf, e: Event): FilterDecision['type'] {
  const value = valueAt(e, path)
  if (operator === 'exists') return (value !== undefined) === operand ? 'wanted' : 'unwanted'
  if (operator === 'exact' && operand === null) return value === null ? 'wanted' : 'unwanted'
  if (value === undefined || value === null) return 'unwanted'
  if (typeof value !== typeof operand) return 'error'
  const holds = {
    exact: () => value === operand,
    prefix: () => (value as string).startsWith(operand as string),
    gt: () => (value as number) > (operand as number),
    lte: () => (value as number) <= (operand as number),
  }
  return holds[operator]() ? 'wanted' : 'unwanted'
}

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsIn(inner).map((path) => [key, ...path]),
  ])
}

/** Times are compared as moments, and a path's text has no empty parts. */
const canBeNamed = (path: Path) =>
  path.join() !== 'time' && path.length <= 10 && path.every((s) => s !== '' && !/[.\\]/.test(s))

const OPERANDS: Record<Operator, fc.Arbitrary<unknown>> = {
  exact: fc.oneof(text, number, fc.boolean(), fc.constant(null)),
  gt: fc.oneof(text, number),
  lte: fc.oneof(text, number),
  prefix: text,
  exists: fc.boolean(),
}

function isOperandOf(operator: Operator, value: unknown): boolean {
  const type = value === null ? 'null' : typeof value
  const types = {
    exact: ['null', 'boolean', 'number', 'string'],
    gt: ['number', 'string'],
    lte: ['number', 'string'],
    prefix: ['string'],
    exists: ['boolean'],
  }
  return types[operator].includes(type)
}

/** A test of something in the event, often of the value that is there. */
function leafOf(e: Event): fc.Arbitrary<Leaf> {
  const paths = [...pathsIn(e).filter(canBeNamed), ['nowhere'], ['entity', 'nowhere']]
  const operators = fc.constantFrom<Operator>('exact', 'gt', 'lte', 'prefix', 'exists')
  return fc.tuple(fc.constantFrom(...paths), operators).chain(([path, operator]) => {
    const held = valueAt(e, path)
    const operand = isOperandOf(operator, held)
      ? fc.oneof(fc.constant(held), OPERANDS[operator])
      : OPERANDS[operator]
    return operand.map((each) => ({ path, operator, operand: each }))
  })
}

const write = ({ path, operator, operand }: Leaf) => ({
  [operator]: { [`data.${path.join('.')}`]: operand },
})

it('decides as the whole event would have it, for many plugins at once', () => {
  const asked = event.chain((e) =>
    fc.array(leafOf(e), { minLength: 1, maxLength: 5 }).map((leaves) => ({ e, leaves })),
  )
  fc.assert(
    fc.property(asked, ({ e, leaves }) => {
      const decisions = decide(
        leaves.map((leaf) => pluginWith(write(leaf))),
        e,
      )
      expect(decisions).toEqual(leaves.map((leaf) => reference(leaf, e)))
    }),
    { numRuns: 500 },
  )
})

describe('many plugins', () => {
  const move = moved('e1')
  const value = Buffer.from(JSON.stringify(move))

  it('share one projection of all their fields, made once for a schema and used once a record', () => {
    const project = vi.fn((_value: Buffer, slots: unknown[]) => void slots.push('Cold Storage'))
    const projection = vi.fn((_paths: readonly Path[]) => project)
    const schema = { ...jsonSchema, projection }
    const [to, from, stage] = [
      ['to', 'name'],
      ['from', 'name'],
      ['to', 'type'],
    ]
    const plugins = [
      pluginWith({ exact: { 'data.to.name': 'Cold Storage', 'data.from.name': 'x' } }),
      pluginWith([
        { exact: { 'data.to.name': 'Cold Storage' } },
        { exact: { 'data.to.type': 'x' } },
      ]),
    ]
    const ask = new Ask(plugins)
    for (let i = 0; i < 3; i++) ask.all(plugins, { name: 'n', schema }, recordOf(value), [])
    expect(projection.mock.calls).toEqual([[[to, from, stage]]])
    expect(project).toHaveBeenCalledTimes(3)
  })

  it('read nothing where the name decides', () => {
    const projection = vi.fn(jsonSchema.projection)
    const where = [{ exact: { 'data.to.name': 'x' } }, { exact: { ce_type: 'other' } }]
    const plugins = [
      pluginWith(where),
      { ...pluginWith({ exact: { 'data.to.name': 'x' } }), wantsProcessEvent: () => false },
    ]
    const decisions: FilterDecision[] = []
    const schema = { ...jsonSchema, projection }
    new Ask(plugins).all(plugins, { name: 'n', schema }, recordOf(value), decisions)
    expect(decisions.map(({ type }) => type)).toEqual(['unwanted', 'unwanted'])
    expect(projection).not.toHaveBeenCalled()
  })

  it('do not see the fields of the record before', () => {
    const plugins = [pluginWith({ exact: { 'data.to.name': 'Cold Storage' } })]
    const ask = new Ask(plugins)
    const broken = {
      ...jsonSchema,
      projection: () => () => {
        throw new Error('truncated')
      },
    }
    const seen = [jsonSchema, broken, jsonSchema].map((schema, i) => {
      const decisions: FilterDecision[] = []
      const bytes = i === 2 ? Buffer.from('{}') : value
      ask.all(plugins, { name: 'n', schema }, recordOf(bytes), decisions)
      return decisions[0]
    })
    expect(seen).toEqual([
      { type: 'wanted' },
      { type: 'error', error: 'where: truncated' },
      { type: 'unwanted' },
    ])
  })
})
