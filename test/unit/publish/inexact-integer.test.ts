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

  it('is shortened when it is very long', () => {
    const digits = `[${'7'.repeat(1_000)}]`
    expect(inexactInteger(digits)).toBe(`${'7'.repeat(60)}… (1000 digits)`)
  })

  it('is what a tokenizer of valid JSON finds', () => {
    const values = fc.jsonValue({ maxDepth: 3 }).chain((value) =>
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map((integer) => {
        const strings = JSON.stringify(['"\\', String(integer)])
        return { text: `[${strings},${integer},1.5e-7,${JSON.stringify(value)}]`, integer }
      }),
    )
    fc.assert(
      fc.property(values, ({ text, integer }) => {
        const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?[\d.]+(?:e[+-]?\d+)?/g) ?? []
        const inexact = tokens.find((t) => /^-?\d+$/.test(t) && !Number.isSafeInteger(Number(t)))
        expect(inexactInteger(text)).toBe(inexact)
        if (!Number.isSafeInteger(Number(integer))) expect(inexact).toBe(`${integer}`)
      }),
    )
  })

  it.each([
    ['an unclosed string', `["${'\\"'.repeat(2_000_000)}`],
    ['a string of quotes', '"'.repeat(4_000_001)],
    ['numbers that go on', '1.'.repeat(2_000_000)],
    ['a string of digits', `"${'1'.repeat(4_000_000)}`],
  ])('is searched for in linear time in 4 MB of %s', (_, text) => {
    // In quadratic time this would take hours.
    expect(inexactInteger(`{"a":12345678901234567.0,${text}`)).toBeUndefined()
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
