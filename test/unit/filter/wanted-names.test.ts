import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'
import { areKinds, matcherOf, wantedAs } from '../../../src/filter/wanted-names.ts'

describe('a matcher', () => {
  it.each<[string, string[], string[], string[]]>([
    ['a name', ['inventory.moved'], ['inventory.moved'], ['inventory.move', 'inventory.moved.x']],
    ['names', ['a', 'b'], ['a', 'b'], ['', 'ab', 'c']],
    ['a beginning', ['stockitem.*'], ['stockitem.', 'stockitem.a.b'], ['stockitem', 'xstockitem.']],
    [
      'an unfinished word',
      ['inventory.merge*'],
      ['inventory.merged', 'inventory.merge.reverted'],
      ['inventory.moved'],
    ],
    ['both', ['a', 'b.*', 'c*'], ['a', 'b.x', 'c', 'cd'], ['ab', 'b', 'xc']],
  ])('accepts %s', (_what, wants, accepted, declined) => {
    const accepts = matcherOf(wants)
    expect(accepted.filter((name) => !accepts(name))).toEqual([])
    expect(declined.filter(accepts)).toEqual([])
  })

  it('agrees with the entry that is shown for a name', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 4 })
    const wanted = fc.oneof(
      text,
      text.map((prefix) => `${prefix}*`),
    )
    fc.assert(
      fc.property(fc.array(wanted, { minLength: 1, maxLength: 5 }), text, (wants, name) => {
        expect(matcherOf(wants)(name)).toBe(wantedAs(wants, name) !== undefined)
      }),
    )
  })
})

it.each<[string[], boolean]>([
  [['inventory.moved', 'inventory.merge*'], true],
  [['inventory.*'], true],
  [['inventory.moved', 'stockitem.*'], false],
  [['inventory.counted'], false],
  [['inv*'], false],
])('knows whether %j names kinds only: %s', (wants, expected) => {
  expect(areKinds(INVENTORY_KINDS, wants)).toBe(expected)
})
