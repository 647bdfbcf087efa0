import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../src/avro/codec/encoder.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema, SchemaField } from '../../../src/avro/schema/schema.ts'
import type { WriterSchema } from '../../../src/avro/writer-schema.ts'
import { event } from '../../support/arbitraries.ts'
import { framed } from '../../support/avro-bytes.ts'

const HINTS = { name: 'acme.n', id: 'ce-1', time: '2024-01-15T10:30:00Z' }

const writers = new Map<string, WriterSchema>()

function writerOf(text: string): WriterSchema {
  const writer = writers.get(text) ?? createWriterSchema(builtInContract(), text)
  writers.set(text, writer)
  return writer
}

/** Every object and list in a value that is not frozen, by its path. */
function thawed(value: unknown, path = 'event'): string[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.entries(value).flatMap(([key, member]) => thawed(member, `${path}.${key}`))
  return Object.isFrozen(value) ? inner : [path, ...inner]
}

describe('a decoded event is frozen all through', () => {
  it('of our schemas, and of kinds that have none', () => {
    fc.assert(
      fc.property(event, (each) => {
        const { text } = builtInContract().of(each)
        expect(thawed(writerOf(text).decode(encodeEvent(builtInContract(), each, 1)))).toEqual([])
      }),
    )
  })

  it('of a schema that is not of the contract', () => {
    fc.assert(
      fc.property(event, (each) => {
        const text = builtInContract().of(each).text.replaceAll('inventory_events', 'acme')
        expect(
          thawed(writerOf(text).decode(encodeEvent(builtInContract(), each, 1), HINTS)),
        ).toEqual([])
      }),
    )
  })

  it('with defaults of fields that the producer does not have', () => {
    const { schema } = builtInContract().ofRecord('inventory_events.PluginEvent') as {
      schema: ComplexSchema
    }
    const fields = (schema.fields as SchemaField[]).filter(({ name }) => name !== 'kwargs')
    const older = { ...schema, fields }
    const bytes = framed(older, { id: 'a', name: 'n', time: 0n, args: [] })
    const decoded = createWriterSchema(builtInContract(), JSON.stringify(older)).decode(bytes)
    expect(decoded).toMatchObject({ kwargs: {} })
    expect(thawed(decoded)).toEqual([])
  })
})
