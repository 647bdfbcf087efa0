import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inexactInteger } from '../../../src/publish/inexact-integer.ts'

describe('the first inexact integer', () => {
  it.each([
    ['{"a":9007199254740993}', '9007199254740993'],
    ['[1,-9007199254740993]', '-9007199254740993'],
    ['{"a":"9007199254740993","b":9007199254740994}', '9007199254740994'],
    ['12345678901234567890', '12345678901234567890'],
  ])('in %s is %s', (json, inexact) => {
    expect(inexactInteger(json)).toBe(inexact)
  })

  it.each([
    '{"a":9007199254740991}',
    '"9007199254740993"',
    '1.0000000000000001',
    '9007199254740993e0',
    '{"\\"":"9007199254740993"}',
  ])('is not in %s', (json) => {
    expect(inexactInteger(json)).toBeUndefined()
  })

  it('is found at any position and of any length', () => {
    const places = fc.tuple(fc.nat(70), fc.nat(70), fc.bigInt({ min: 2n ** 53n, max: 10n ** 40n }))
    fc.assert(
      fc.property(places, ([before, after, integer]) => {
        const json = `${' '.repeat(before)}${integer}${' '.repeat(after)}`
        expect(inexactInteger(json)).toBe(String(integer))
      }),
    )
  })
})
