import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import type { WriterSchema } from '../../../../src/avro/writer-schema.ts'
import type { Event } from '../../../../src/event/event.ts'
import { nameOf } from '../../../../src/event/guards.ts'
import { NO_HEADERS } from '../../../../src/event/headers.ts'
import { type Path, valueAt } from '../../../../src/event/path.ts'
import type { SourceRecord } from '../../../../src/event/record.ts'
import { readFilter } from '../../../../src/filter/read-filter.ts'
import {
  type FilterDecision,
  FilterEvaluator,
} from '../../../../src/pipeline/intake/evaluate-filters.ts'
import type { LoadedPlugin } from '../../../../src/plugin/loaded-plugin.ts'
import { Failure } from '../../../../src/util/failure/failure.ts'
import { event, number, text } from '../../../support/arbitraries.ts'
import { moved } from '../../../support/events.ts'
import { jsonSchema, plugin } from '../../../support/pipeline-kit.ts'

const schemas = new Map(
  builtInContract().schemas.map(({ fullName, text }) => [
    fullName,
    createWriterSchema(builtInContract(), text),
  ]),
)
const schemaOf = (e: Event) => schemas.get(builtInContract().of(e).fullName) as WriterSchema

function recordOf(value: Buffer, headers: SourceRecord['headers'] = NO_HEADERS): SourceRecord {
  return { topic: 't', partition: 0, offset: 0, timestampMs: 0, key: null, value, headers }
}

function pluginWith(where: unknown): LoadedPlugin {
  const { filter, problems } = readFilter(where, 'where')
  expect(problems).toEqual([])
  return plugin({ where: filter as NonNullable<typeof filter>, processEvent() {} })
}

function decide(plugins: LoadedPlugin[], e: Event): FilterDecision['type'][] {
  const candidate = { name: nameOf(e), schema: schemaOf(e) }
  const record = recordOf(encodeEvent(builtInContract(), e, 1))
  const { all } = new FilterEvaluator(plugins).evaluate(plugins, candidate, record)
  return all.map(({ type }) => type)
}

type Operator = 'exact' | 'gt' | 'lte' | 'prefix' | 'exists'
type Leaf = { path: Path; operator: Operator; operand: unknown }

/** A reference implementation of the README's rules, on the whole event. */
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

/** Times are compared as instants, and a path has no empty segments. */
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

/** A condition on a field of the event, often on its actual value. */
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

it('decides like the reference on the whole event, for many plugins at once', () => {
  const candidate = event.chain((e) =>
    fc.array(leafOf(e), { minLength: 1, maxLength: 5 }).map((leaves) => ({ e, leaves })),
  )
  fc.assert(
    fc.property(candidate, ({ e, leaves }) => {
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

  it('share one projection of all their fields, built once per schema and used once per record', () => {
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
    const ask = new FilterEvaluator(plugins)
    for (let i = 0; i < 3; i++) ask.evaluate(plugins, { name: 'n', schema }, recordOf(value))
    expect(projection.mock.calls).toEqual([[[to, from, stage]]])
    expect(project).toHaveBeenCalledTimes(3)
  })

  it('read no fields if the name decides', () => {
    const projection = vi.fn(jsonSchema.projection)
    const where = [{ exact: { 'data.to.name': 'x' } }, { exact: { ce_type: 'other' } }]
    const plugins = [
      pluginWith(where),
      { ...pluginWith({ exact: { 'data.to.name': 'x' } }), wantsProcessEvent: () => false },
    ]
    const event = { name: 'n', schema: { ...jsonSchema, projection } }
    const { all } = new FilterEvaluator(plugins).evaluate(plugins, event, recordOf(value))
    expect(all.map(({ type }) => type)).toEqual(['unwanted', 'unwanted'])
    expect(projection).not.toHaveBeenCalled()
  })

  it('do not see the fields of the previous record', () => {
    const plugins = [pluginWith({ exact: { 'data.to.name': 'Cold Storage' } })]
    const ask = new FilterEvaluator(plugins)
    const broken = {
      ...jsonSchema,
      projection: () => () => {
        throw new Error('truncated')
      },
    }
    const seen = [jsonSchema, broken, jsonSchema].map((schema, i) => {
      const bytes = i === 2 ? Buffer.from('{}') : value
      return ask.evaluate(plugins, { name: 'n', schema }, recordOf(bytes)).all[0]
    })
    expect(seen).toEqual([
      { type: 'wanted' },
      { type: 'error', error: new Failure('where: truncated') },
      { type: 'unwanted' },
    ])
  })
})
