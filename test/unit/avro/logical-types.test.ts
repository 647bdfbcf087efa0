import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../src/avro/codec/create-writer-schema.ts'
import { builtInContract } from '../../../src/avro/schema/contract-schemas.ts'
import { valueAt } from '../../../src/event/path.ts'
import { framed } from '../../support/avro-bytes.ts'

const hints = { name: 'acme.weighed', id: 'ce-1', time: '2024-01-15T10:30:00Z' }

/** What a field of this type gives a handler. */
function shown(type: unknown, value: unknown): unknown {
  const schema = { type: 'record', name: 'acme.R', fields: [{ name: 'x', type }] }
  const writer = createWriterSchema(builtInContract(), JSON.stringify(schema))
  return valueAt(writer.decode(framed(schema, { x: value }), hints), ['x'])
}

const of = (type: string, logicalType: string, attributes: object = {}) => {
  const size = type === 'fixed' ? { name: 'F' } : {}
  return { type, logicalType, ...size, ...attributes }
}

describe('each logical type of Avro', () => {
  it.each<[object, unknown, string]>([
    [of('int', 'date'), 19_737, '2024-01-15'],
    [of('int', 'date'), -719_162, '0001-01-01'],
    [of('int', 'time-millis'), 37_800_250, '10:30:00.250'],
    [of('long', 'time-micros'), 37_800_000_001, '10:30:00.000001'],
    [of('long', 'timestamp-millis'), 1_705_314_600_250, '2024-01-15T10:30:00.250Z'],
    [of('long', 'timestamp-micros'), 1_705_314_600_000_001, '2024-01-15T10:30:00.000001Z'],
    [of('long', 'timestamp-nanos'), 1_705_314_600_000_001_000n, '2024-01-15T10:30:00.000001Z'],
    [of('long', 'timestamp-nanos'), 1_705_314_600_000_000_001n, '2024-01-15T10:30:00.000000001Z'],
    [of('long', 'timestamp-nanos'), -1n, '1969-12-31T23:59:59.999999999Z'],
    [of('long', 'local-timestamp-millis'), 1_705_314_600_250, '2024-01-15T10:30:00.250'],
    [of('long', 'local-timestamp-micros'), 1_705_314_600_000_001, '2024-01-15T10:30:00.000001'],
    [
      of('long', 'local-timestamp-nanos'),
      1_705_314_600_000_000_001n,
      '2024-01-15T10:30:00.000000001',
    ],
    [of('bytes', 'decimal', { precision: 9, scale: 2 }), Buffer.from([0x04, 0xd2]), '12.34'],
    [of('bytes', 'decimal', { precision: 9, scale: 2 }), Buffer.from([0xff]), '-0.01'],
    [of('bytes', 'decimal', { precision: 9, scale: 2 }), Buffer.from([0x7d, 0]), '320.00'],
    [of('bytes', 'decimal', { precision: 4 }), Buffer.from([0x80]), '-128'],
    [of('fixed', 'decimal', { size: 3, precision: 4, scale: 3 }), Buffer.from([0, 0, 1]), '0.001'],
    [of('bytes', 'big-decimal'), Buffer.from([4, 0x04, 0xd2, 4]), '12.34'],
    [of('bytes', 'big-decimal'), Buffer.from([2, 0x0c, 3]), '1200'],
    [
      of('fixed', 'duration', { size: 12 }),
      Buffer.from([14, 0, 0, 0, 3, 0, 0, 0, 0xb8, 0x0b, 0, 0]),
      'P14M3DT3.000S',
    ],
    [
      of('string', 'uuid'),
      '0190F5A0-0000-7000-8000-000000000000',
      '0190F5A0-0000-7000-8000-000000000000',
    ],
    [
      of('fixed', 'uuid', { size: 16 }),
      Buffer.from('0190f5a0000070008000000000000001', 'hex'),
      '0190f5a0-0000-7000-8000-000000000001',
    ],
  ])('%o: %o reads as %s', (type, value, text) => {
    expect(shown(type, value)).toBe(text)
  })

  it.each<[object, unknown, string]>([
    [of('int', 'date'), 2 ** 31 - 1, 'a date of 2147483647 is outside the years 1 to 9999'],
    [of('long', 'timestamp-micros'), 2n ** 63n - 1n, 'is outside the years 1 to 9999'],
    [of('long', 'timestamp-millis'), -(2n ** 63n), 'is outside the years 1 to 9999'],
    [of('int', 'time-millis'), 86_400_000, 'a time-millis of 86400000 is not within a day'],
    [of('long', 'time-micros'), -1, 'a time-micros of -1 is not within a day'],
    [of('bytes', 'decimal', { precision: 9 }), Buffer.alloc(1_025), 'a decimal of 1025 bytes'],
    [of('bytes', 'big-decimal'), Buffer.from([40, 1, 2]), 'a big-decimal of other bytes'],
    [
      of('bytes', 'big-decimal'),
      Buffer.from([2, 1, 0xfe, 0xff, 0xff, 0x0f]),
      'a big-decimal of other',
    ],
  ])('%o: %o is refused by name', (type, value, why) => {
    expect(() => shown(type, value)).toThrow('x: a ')
    expect(() => shown(type, value)).toThrow(why)
  })

  it.each<[object, unknown, unknown]>([
    [of('long', 'date'), 5, 5],
    [of('int', 'timestamp-millis'), 5, 5],
    [of('string', 'decimal'), '5', '5'],
    [of('fixed', 'uuid', { size: 1 }), Buffer.from([1]), 'AQ=='],
    [of('bytes', 'money'), Buffer.from([1]), 'AQ=='],
  ])('%j, which Avro ignores, reads as the type under it', (type, value, same) => {
    expect(shown(type, value)).toBe(same)
  })

  it('keeps every decimal exact', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
        fc.nat(40),
        (n, scale) => {
          const hex = BigInt.asUintN(128, n).toString(16).padStart(32, '0')
          const type = of('bytes', 'decimal', { precision: 60, scale })
          const text = shown(type, Buffer.from(hex, 'hex')) as string
          expect(text).toMatch(scale === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${scale}}$`))
          expect(BigInt(text.replace('.', ''))).toBe(n)
        },
      ),
    )
  })

  it('keeps every long exact, as digits where a number would round', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
        const value = shown('long', n) as number | string
        expect(BigInt(value)).toBe(n)
        expect(typeof value).toBe(Number.isSafeInteger(Number(n)) ? 'number' : 'string')
      }),
    )
  })
})
