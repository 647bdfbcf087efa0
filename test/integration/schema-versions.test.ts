import { expect, it } from 'vitest'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import type { ComplexSchema } from '../../src/avro/schema/schema.ts'
import { writerOf } from '../support/avro.ts'
import { wasted } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('reads old and new versions of a schema from one topic, in order', async () => {
  const { plugin, seen } = recorder('inventory.wasted')
  const s = await situation({ plugins: [plugin] })
  const { schema } = builtInContract().ofRecord('inventory_events.InventoryWasted')!
  const older = await writerOf(s.topic, without(schema, 'reason'))
  const newer = await writerOf(s.topic, withOptional(schema, 'disposedBy'))

  const events = Array.from({ length: 6 }, () => wasted('ent_1'))
  const ours = { ...events[2]!, reason: 'spoiled' }
  const theirs = { ...events[3]!, reason: 'expired' }
  const fields = (event: object) => ({ ...event, disposedBy: 'Mo' })
  const message = (value: Buffer) => ({ key: 'ent_1', value })
  await s.produce([
    message(older.encode(fields(events[0]!))),
    message(newer.encode(fields(events[1]!))),
    s.record(ours),
    message(newer.encode(fields(theirs))),
    message(older.encode(fields(events[4]!))),
    s.record(events[5]!),
  ])
  await s.start()
  await s.caughtUp()
  expect(seen).toEqual([events[0], events[1], ours, theirs, events[4], events[5]])
  expect(await s.letters()).toEqual([])
})

function without(schema: ComplexSchema, field: string): ComplexSchema {
  return { ...schema, fields: schema.fields!.filter(({ name }) => name !== field) }
}

function withOptional(schema: ComplexSchema, name: string): ComplexSchema {
  const field = { name, type: ['null', 'string'], default: null }
  return { ...schema, fields: [...schema.fields!, field] }
}
