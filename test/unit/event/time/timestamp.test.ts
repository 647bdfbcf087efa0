import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTime } from '../../../../src/event/time/time.ts'
import { ageMs, timestampText, timeText } from '../../../../src/event/time/timestamp.ts'

const anyTimestamp = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(Number),
  fc.integer(),
  fc.constantFrom(-1, 0, 8.64e15, 8.64e15 + 1, Number.NaN, Infinity, -Infinity),
)

describe('a timestamp as text', () => {
  it.each([
    [Date.UTC(2026, 0, 31), '2026-01-31T00:00:00.000Z'],
    [-1, 'no timestamp'],
    [-2, '1969-12-31T23:59:59.998Z'],
    [2 ** 63, 'about 9223372036854776000 ms since 1970'],
    [-8.64e15, '-8640000000000000 ms since 1970'],
  ])('of %d is %s', (timestampMs, text) => expect(timestampText(timestampMs)).toBe(text))

  it('never throws', () => {
    fc.assert(fc.property(anyTimestamp, (each) => typeof timestampText(each) === 'string'))
  })
})

describe('a time as text', () => {
  it('is always RFC 3339', () => {
    fc.assert(fc.property(anyTimestamp, (each) => parseTime(timeText(each)) !== undefined))
  })

  it.each([
    [2 ** 63, '9999-12-31T23:59:59.999Z'],
    [-(2 ** 63), '0001-01-01T00:00:00.000Z'],
  ])('of %d is the nearest', (timeMs, text) => expect(timeText(timeMs)).toBe(text))
})

describe('the age of a timestamp', () => {
  it.each([
    [900, 100],
    [1_100, 0],
    [-1, 0],
    [undefined, 0],
  ])('of %s is %d', (timestampMs, age) => expect(ageMs(timestampMs, 1_000)).toBe(age))
})
