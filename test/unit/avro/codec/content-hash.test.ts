import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentHash } from '../../../../src/avro/codec/content-hash.ts'
import { createWriterSchema } from '../../../../src/avro/codec/create-writer-schema.ts'
import { encodeEvent } from '../../../../src/avro/codec/encoder.ts'
import { canonicalJson } from '../../../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../../../src/avro/schema/contract-schemas.ts'
import type { JsonObject, JsonValue } from '../../../../src/event/json.ts'
import { event } from '../../../support/arbitraries.ts'

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>
const few = fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1, 0.5, '', '0', 'a', [], {})
const small = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    few,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ab', '0', '1', '__proto__'), tie('value'), {
      maxKeys: 3,
    }),
  ),
})).value

/** The same content, with the members of each object in the other order. */
function reversed(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(reversed)
  const entries = Object.entries(value as JsonObject).reverse()
  return Object.fromEntries(entries.map(([key, inner]) => [key, reversed(inner)]))
}

function expectAgreement(one: JsonValue, other: JsonValue): void {
  const isSame = canonicalJson(one) === canonicalJson(other)
  expect(contentHash(one) === contentHash(other)).toBe(isSame)
}

describe('the content hash is equal exactly where canonical content is', () => {
  it('for any two values, and for the same in another order', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expectAgreement(one, other)
        expectAgreement(one, reversed(one))
      }),
    )
  })

  it('for small values, which are often the same or nearly', () => {
    fc.assert(fc.property(small, small, expectAgreement), { numRuns: 5_000 })
  })

  it('for every two of many small values', () => {
    const values = fc.sample(small, { seed: 1, numRuns: 20_000 })
    const texts = new Set(values.map(canonicalJson))
    expect(new Set(values.map(contentHash)).size).toBe(texts.size)
  })

  it.each<[string, JsonValue, JsonValue]>([
    ['0 and -0', 0, -0],
    [
      'all that is not a number',
      Number.NaN,
      new Float64Array(new BigUint64Array([~0n]).buffer)[0]!,
    ],
    ['a number and its digits', 1, '1'],
    ['numbers beyond 32 bits', 2 ** 32, 0],
    ['large numbers', 2 ** 53, 2 ** 53 - 1],
    ['halves', 0.5, 1.5],
    ['infinities', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['null and its name', null, 'null'],
    ['a list and an object', [], {}],
    ['a list and its item', [[]], []],
    ['items in another order', ['a', 'b'], ['b', 'a']],
    ['values of each other', { a: 1, b: 2 }, { a: 2, b: 1 }],
    ['keys and values', { a: 'b' }, { b: 'a' }],
    ['texts of NUL', '\u0000', '\u0000\u0000'],
    ['texts of other units', '\u0101', '\u0001\u0001'],
    ['a member of no text', { a: '' }, {}],
  ])('for %s', (_name, one, other) => expectAgreement(one, other))

  it('for events whose values differ in one place', () => {
    fc.assert(
      fc.property(event, fc.string(), (each, text) => {
        const other = { ...each, id: `${each.id}${text}` }
        expectAgreement(each as unknown as JsonValue, other as unknown as JsonValue)
        const writer = createWriterSchema(builtInContract(), builtInContract().of(each).text)
        const [one, two] = [each, other].map((e) =>
          writer.decodeAsWritten(encodeEvent(builtInContract(), e, 1)),
        )
        expectAgreement(one as JsonValue, two as JsonValue)
      }),
      { numRuns: 30 },
    )
  })
})

it('does not depend on keys that were hashed before, nor on how many', () => {
  const print = contentHash({ last: 1 })
  for (let n = 0; n < 5_000; n++) contentHash({ [`key ${n}`]: n })
  expect(contentHash({ last: 1 })).toBe(print)
  expect(contentHash({ 'key 4999': 1 })).toBe(contentHash({ 'key 4999': 1 }))
})

it('does not see what a plugin has added to the prototype of objects', () => {
  const print = contentHash({ a: {} })
  const prototype = Object.prototype as unknown as Record<string, unknown>
  prototype.added = 1
  try {
    expect(contentHash({ a: {} })).toBe(print)
  } finally {
    delete prototype.added
  }
})
