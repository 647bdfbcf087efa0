import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, fingerprint } from '../../../../src/avro/codec/fingerprint.ts'
import type { JsonValue } from '../../../../src/event/json.ts'

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>

describe('canonicalJson', () => {
  it('is equivalent JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  it('sorts keys as text, however many there are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 40 }), (keys) => {
        const named = keys.filter((key) => key !== '__proto__')
        const object = Object.fromEntries(named.map((key) => [key, 1]))
        const members = named.sort().map((key) => `${JSON.stringify(key)}:1`)
        expect(canonicalJson(object)).toBe(`{${members.join()}}`)
      }),
    )
  })

  it('sorts keys as text, whatever order they come in and however many orders there were', () => {
    const shuffled = fc.shuffledSubarray([...'abcdefgh'], { minLength: 5 })
    fc.assert(
      fc.property(shuffled, (keys) => {
        const object = Object.fromEntries(keys.map((key) => [key, key]))
        const members = keys.toSorted().map((key) => `"${key}":"${key}"`)
        expect(canonicalJson(object)).toBe(`{${members.join()}}`)
      }),
      { numRuns: 500 },
    )
  })

  it.each(['', 'plain', 'a "quote"', 'a\\b', 'line\nbreak', 'Kühlraum', '\ud800', '\u007f'])(
    'quotes %j as JSON does',
    (text) => expect(canonicalJson(text)).toBe(JSON.stringify(text)),
  )
})

describe('fingerprint', () => {
  it('differs by content, not by the order of keys', () => {
    const print = fingerprint({ id: 'evt_1', lot: { a: 1, b: [true, null] } })
    expect(fingerprint({ lot: { b: [true, null], a: 1 }, id: 'evt_1' })).toBe(print)
    expect(fingerprint({ lot: { b: [null, true], a: 1 }, id: 'evt_1' })).not.toBe(print)
    expect(fingerprint({ id: 'evt_1', lot: { a: '1', b: [true, null] } })).not.toBe(print)
  })
})
