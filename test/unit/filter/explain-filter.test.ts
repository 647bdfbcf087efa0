import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valueAt } from '../../../src/event/path.ts'
import { explainFilter, type Reason } from '../../../src/filter/explain-filter.ts'
import { readFilter } from '../../../src/filter/read-filter.ts'
import { evaluateFilter } from '../../support/ask-filter.ts'

const event = { number: 5, text: 'Cold Storage', nothing: null, list: ['a'], long: 'x'.repeat(200) }

const yes = { exact: { 'data.number': 5 } }
const no = { gt: { 'data.number': 6 } }
const error = { exact: { 'data.number': '5' } }

function explained(where: unknown): Reason {
  const { filter, problems } = readFilter(where, 'where')
  if (filter === undefined) throw new Error(problems.join('; '))
  return explainFilter(filter, (field) => {
    if (field.from === 'name') return 'a.name'
    return field.from === 'data' ? valueAt(event, field.path) : undefined
  })
}

describe('the clause that decided', () => {
  it.each<[object, string]>([
    [yes, 'data.number is 5: yes, it is 5'],
    [no, 'data.number is above 6: no, it is 5'],
    [error, 'data.number is "5": expected a string, got a number'],
    [{ in: { 'data.text': ['a', 'b'] } }, 'data.text is one of "a", "b": no, it is "Cold Storage"'],
    [{ prefix: { ce_type: 'a.' } }, 'ce_type begins with "a.": yes, it is "a.name"'],
    [{ suffix: { ce_source: '/x' } }, 'ce_source ends with "/x": no, it is missing'],
    [{ exists: { 'data.missing': false } }, 'data.missing does not exist: yes, it is missing'],
    [{ exists: { 'data.nothing': true } }, 'data.nothing exists: yes, it is null'],
    [{ lte: { 'data.number': 5 } }, 'data.number is at most 5: yes, it is 5'],
    [{ not: no }, 'not (data.number is above 6: no, it is 5)'],
    [{ all: [yes, no, error] }, 'data.number is above 6: no, it is 5'],
    [{ all: [yes, error] }, 'data.number is "5": expected a string, got a number'],
    [{ any: [no, error, yes] }, 'data.number is 5: yes, it is 5'],
    [
      { any: [no, { exact: { 'data.number': 7 } }] },
      'data.number is above 6: no, it is 5; data.number is 7: no, it is 5',
    ],
  ])('of %j is named', (where, why) => {
    expect(explained(where)).toEqual({ verdict: evaluateFilter(where, { event }), why })
  })

  it('is described in a bounded text, whatever the event holds', () => {
    const { why } = explained({ any: Array(9).fill({ exact: { 'data.long': 'no' } }) })
    expect(why.length).toBeLessThan(5 * 130 + 20)
    expect(why).toMatch(/; and 4 more$/)
  })
})

type Tree = object

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Tree>(yes, no, error, { exists: { 'data.list': true } }),
    fc.record({ not: tie('tree') }),
    fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
  ),
}))

it('has the verdict of the compiled filter', () => {
  fc.assert(
    fc.property(tree, (where) => {
      expect(explained(where).verdict).toEqual(evaluateFilter(where, { event }))
    }),
  )
})
