import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { fingerprint } from '../../../../src/avro/codec/fingerprint.ts'
import { loadContract } from '../../../../src/avro/own-kinds/load-contract.ts'
import type { Event } from '../../../../src/event/event.ts'

/** The contract with a kind `stock.counted` of these fields. */
function contractWith(...fields: object[]) {
  const file = join(mkdtempSync(join(tmpdir(), 'own-kinds-')), 'counted.avsc')
  const time = { name: 'time', type: { type: 'long', logicalType: 'timestamp-micros' } }
  const base = [{ name: 'id', type: 'string' }, time, { name: 'bay', type: 'string' }]
  const schema = { type: 'record', name: 'Counted', kind: 'stock.counted', entityKey: 'bay' }
  writeFileSync(file, JSON.stringify({ ...schema, fields: [...base, ...fields] }))
  return loadContract([file])
}

const event = {
  id: 'e1',
  kind: 'stock.counted',
  time: '2026-01-31T08:30:00Z',
  bay: 'b1',
} as unknown as Event

const date = { type: 'int', logicalType: 'date' }
const decimal = (scale: number) => ({
  name: 'price',
  type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale },
})

/** What a service with one contract makes of what a producer with another one wrote. */
function readAs(ours: ReturnType<typeof contractWith>, theirs: typeof ours, more: object = {}) {
  const written = { ...event, ...more }
  const reader = createWriterSchema(ours, theirs.of(written).text)
  return { reader, value: encodeEvent(theirs, written, 1) }
}

describe('an own kind in two versions', () => {
  const old = contractWith()
  const added = contractWith({ name: 'due', type: ['null', date], default: null })

  it('reads what an older and a newer producer wrote', () => {
    const older = readAs(added, old)
    expect(older.reader.decode(older.value)).toEqual(event)
    const newer = readAs(old, added, { due: '2026-02-28' })
    expect(newer.reader.decode(newer.value)).toEqual(event)
  })

  it('has one fingerprint for one content, whichever version wrote it', () => {
    const prints = [readAs(added, old), readAs(added, added), readAs(old, added)].map(
      ({ reader, value }) => fingerprint(reader.decodeAsWritten(value, reader.decode(value))),
    )
    expect(new Set(prints).size).toBe(1)
  })

  it('shows moments of another unit as they were', () => {
    const at = (unit: string) => ({
      name: 'at',
      type: { type: 'long', logicalType: `timestamp-${unit}` },
    })
    const [nanos, millis] = [contractWith(at('nanos')), contractWith(at('millis'))]
    const { reader, value } = readAs(nanos, millis, { at: '2026-01-31T08:30:00.120Z' })
    expect(reader.decode(value)).toMatchObject({ at: '2026-01-31T08:30:00.120Z' })
  })

  it.each([
    ['a decimal of another scale', contractWith(decimal(2)), contractWith(decimal(3)), '1.5'],
    [
      'a decimal that was bytes',
      contractWith(decimal(2)),
      contractWith({ name: 'price', type: 'bytes' }),
      'AAE=',
    ],
  ])(
    'waits for a version that reads %s, rather than show another value',
    (_, ours, theirs, price) => {
      const { reader, value } = readAs(ours, theirs, { price })
      expect(reader.unreadable).toContain('as decimal')
      expect(() => reader.decode(value)).toThrow(/can't read the schema of Counted: price/)
    },
  )
})
