import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { loadContract } from '../../../../src/avro/own-kinds/load-contract.ts'
import { entityKey } from '../../../../src/event/entity-key.ts'
import type { Event } from '../../../../src/event/event.ts'
import { formatProblems, validateEvent } from '../../../../src/event/validation/validate.ts'

const folder = fileURLToPath(new URL('../../../support/schemas', import.meta.url))
const contract = loadContract([folder])
const { kinds } = contract

const sample = {
  id: 'e1',
  kind: 'every.type',
  time: '2026-01-31T08:30:00.123Z',
  number: '9223372036854775807',
  small: -2_147_483_648,
  flag: true,
  ratio: 0.5,
  size: 0.1,
  raw: 'AAEC',
  hash: 'AAECAw==',
  text: '0189f7e2-0000-7000-8000-0123456789ab',
  uuid: '0189f7e2-0000-7000-8000-0123456789ab',
  price: '-12345678901234567890.1234',
  money: '99999999999999999.99',
  big: '0.000000000000000000001',
  day: '2026-02-28',
  millisOfDay: '23:59:59.999',
  microsOfDay: '08:30:00.000001',
  millis: '2026-01-31T08:30:00.123Z',
  micros: '0001-01-01T00:00:00.000001Z',
  nanos: '2026-01-31T08:30:00.123456789Z',
  localMillis: '2026-01-31T08:30:00',
  localMicros: '2026-01-31T08:30:00.123456',
  localNanos: '1969-12-31T23:59:59.999999999',
  lasts: 'P1M2DT3.004S',
  either: { b: 'two' },
  days: ['2026-02-28', null],
  prices: { a: '0.0001', __proto__x: '1.0000' },
  count: 4,
  anything: { a: [1, null, 'x', { b: true }] },
}

function problemsOf(value: unknown): string {
  const validation = validateEvent(kinds, value)
  return validation.ok ? '' : formatProblems(validation.problems)
}

/** What a handler gets of an event that is published. */
function roundTrip(value: unknown): Event {
  const validation = validateEvent(kinds, value)
  if (!validation.ok) throw new Error(formatProblems(validation.problems))
  const { event } = validation
  const writer = createWriterSchema(contract, contract.of(event).text)
  return writer.decode(encodeEvent(contract, event, 7))
}

describe('an event of an own kind', () => {
  it('comes out as it was published, whatever its types', () => {
    expect(roundTrip(sample)).toEqual(sample)
  })

  it.each([
    ['either', '2026-02-28'],
    ['either', 0.5],
    ['either', { a: 'one' }],
    ['number', 5],
    ['number', -9_007_199_254_740_991],
    ['number', '-9223372036854775808'],
    ['price', '0.0000'],
    ['money', '-99999999999999999.99'],
    ['big', '-120'],
    ['day', '0001-01-01'],
    ['nanos', '1969-12-31T23:59:59.000000001Z'],
    ['lasts', 'P0M0DT0.000S'],
    ['days', []],
    ['prices', {}],
  ])('keeps %s %j', (field, value) => {
    expect(roundTrip({ ...sample, [field]: value })).toEqual({ ...sample, [field]: value })
  })

  it('lacks what was left out, but for defaults', () => {
    const { either: _, anything: __, count: ___, ...rest } = sample
    expect(roundTrip(rest)).toEqual({ ...rest, count: 3 })
  })

  it('shows decimals with all digits of their scale, and moments in UTC', () => {
    const written = { ...sample, price: '1.5', millis: '2026-01-31T10:30:00+02:00' }
    expect(roundTrip(written)).toEqual({
      ...sample,
      price: '1.5000',
      millis: '2026-01-31T08:30:00Z',
    })
  })

  it('is keyed by the field that its schema names', () => {
    expect(entityKey(kinds, roundTrip(sample))).toBe('9223372036854775807')
    expect(entityKey(kinds, roundTrip({ ...sample, number: 5 }))).toBe('5')
  })

  it.each<[string, unknown, string]>([
    ['day', '2026-02-30', 'day: expected a date such as 2026-01-31, got "2026-02-30"'],
    ['day', 20_000, 'day: expected a date such as 2026-01-31, got 20000'],
    [
      'price',
      1.5,
      'price: expected a decimal as text with at most 30 digits, 4 of them after the point, such as "12.5000", got 1.5',
    ],
    ['price', '1.00001', 'price: expected a decimal as text with at most 30 digits'],
    ['money', '1234567890123456789.00', 'money: expected a decimal as text with at most 20 digits'],
    [
      'millis',
      '2026-01-31T08:30:00.1234Z',
      'millis: expected an RFC 3339 time with at most 3 fraction digits',
    ],
    [
      'time',
      '2026-01-31T08:30:00.1234Z',
      'time: expected an RFC 3339 time with at most 3 fraction digits',
    ],
    ['localMillis', '2026-01-31T08:30:00Z', 'localMillis: expected a time without an offset'],
    ['millisOfDay', '24:00:00', 'millisOfDay: expected a time of day'],
    ['uuid', '0189F7E2-0000-7000-8000-0123456789AB', 'uuid: expected a UUID in lower case'],
    ['small', 2_147_483_648, 'small: expected a whole number of 32 bits'],
    ['number', '5', 'number: expected a whole number of 64 bits'],
    ['number', '9223372036854775808', 'number: expected a whole number of 64 bits'],
    ['hash', 'AAEC', 'hash: expected 4 bytes in base64'],
    ['raw', 'not base64!', 'raw: expected bytes in base64'],
    ['lasts', 'P1Y', 'lasts: expected a duration such as'],
    [
      'either',
      'soon',
      'either: expected a date such as 2026-01-31 or a number or an object or an object, got "soon"',
    ],
    ['days', ['2026-02-28', 5], 'days[1]: expected null or a date such as 2026-01-31, got 5'],
    ['prices', { a: '0.00001' }, 'prices.a: expected a decimal'],
    ['flag', 'true', 'flag: expected true or false, got "true"'],
    ['extra', 1, 'extra: no such field'],
  ])('with %s %j is refused', (field, value, problem) => {
    expect(problemsOf({ ...sample, [field]: value })).toContain(
      problem.replace('no such field', 'expected no such field'),
    )
  })

  it('keeps every decimal, long and moment', () => {
    const digits = fc.bigInt({ min: -(10n ** 29n), max: 10n ** 29n })
    const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    const asLong = (value: bigint) =>
      Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    const nanos = fc.bigInt({ min: -(2n ** 61n), max: 2n ** 61n }).map(momentText)
    fc.assert(
      fc.property(digits, long, nanos, (unscaled, number, moment) => {
        const changed = {
          ...sample,
          price: decimalText(unscaled),
          number: asLong(number),
          nanos: moment,
        }
        expect(roundTrip(changed)).toEqual(changed)
      }),
    )
  })
})

function decimalText(unscaled: bigint): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(5, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
}

/** A moment with nine digits, the last of which is no zero. */
function momentText(nanos: bigint): string {
  const odd = nanos - (((nanos % 1_000n) + 1_000n) % 1_000n) + 1n
  const fraction = ((odd % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const seconds = (odd - fraction) / 1_000_000_000n
  const text = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)
  return `${text}.${fraction.toString().padStart(9, '0')}Z`
}
