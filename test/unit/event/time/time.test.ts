import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatTime, parseTime } from '../../../../src/event/time/time.ts'
import { time } from '../../../support/arbitraries.ts'

describe('time', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2024-01-15T10:30:00Z', 1_705_314_600_000_000],
    ['2024-01-15T10:30:00.5Z', 1_705_314_600_500_000],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2024-01-15t10:30:00z', 1_705_314_600_000_000],
    ['2024-01-15T10:30:00-00:00', 1_705_314_600_000_000],
    ['2024-01-15T12:30:00+02:00', 1_705_314_600_000_000],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000],
    ['9999-12-31T23:59:59.999999Z', 253_402_300_799_999_999n],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000_000n],
  ])('parses %s', (text, micros) => {
    expect(parseTime(text)).toBe(micros)
  })

  it.each([
    '2024-01-15',
    '2024-01-15T10:30:00',
    '2024-01-15 10:30:00Z',
    '2024-01-15T10:30:00.1234567Z',
    '2024-01-15T10:30:00.Z',
    '2023-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-15T24:00:00Z',
    '2024-01-15T10:60:00Z',
    '2016-12-31T23:59:60Z',
    '2024-01-15T10:30:00+24:00',
    '2024-01-15T10:30:00+0200',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '0000-06-01T00:00:00Z',
    '+02024-01-15T10:30:00Z',
    '',
  ])('rejects %j', (text) => {
    expect(parseTime(text)).toBeUndefined()
  })

  it.each([
    [1_705_314_600_000_000, '2024-01-15T10:30:00Z'],
    [1_705_314_600_120_000, '2024-01-15T10:30:00.120Z'],
    [1_705_314_600_000_001, '2024-01-15T10:30:00.000001Z'],
    [-62_135_596_799_999_999n, '0001-01-01T00:00:00.000001Z'],
  ])('formats %s as %s', (micros, text) => {
    expect(formatTime(micros)).toBe(text)
  })

  it('formats nothing outside the years 0001 to 9999', () => {
    expect(formatTime(253_402_300_800_000_000n)).toBeUndefined()
    expect(formatTime(-62_135_596_800_000_001n)).toBeUndefined()
    expect(formatTime(2n ** 63n - 1n)).toBeUndefined()
  })

  it('parses every time that it formats', () => {
    fc.assert(
      fc.property(time, (text) => {
        expect(formatTime(parseTime(text) ?? Number.NaN)).toBe(text)
      }),
    )
  })
})
