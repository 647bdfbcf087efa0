import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Verdict } from '../../../src/filter/operators.ts'
import { evaluateFilter } from '../../support/ask-filter.ts'

const event = {
  text: 'Cold Storage',
  empty: '',
  number: 5,
  zero: 0,
  yes: true,
  nothing: null,
  list: ['a', 7],
  map: { 'a.b': 1 },
  time: '2026-01-15T10:30:00Z',
}

const yes = { exact: { 'data.number': 5 } }
const no = { exact: { 'data.number': 6 } }
const error = { exact: { 'data.number': '5' } }
const mistyped = (field: string, what: string, got: string) => ({
  error: `data.${field}: expected ${what}, got ${got}`,
})

describe('an operator', () => {
  it.each<[string, object, Verdict]>([
    ['equal text', { exact: { 'data.text': 'Cold Storage' } }, true],
    ['other text', { exact: { 'data.text': 'cold storage' } }, false],
    ['empty text', { exact: { 'data.empty': '' } }, true],
    ['equal number', { exact: { 'data.zero': 0 } }, true],
    ['equal truth', { exact: { 'data.yes': true } }, true],
    ['null is null', { exact: { 'data.nothing': null } }, true],
    ['a value is not null', { exact: { 'data.text': null } }, false],
    ['a missing value is not null', { exact: { 'data.missing': null } }, false],
    ['null is no text', { exact: { 'data.nothing': 'x' } }, false],
    ['a missing value is nothing', { exact: { 'data.missing': 'x' } }, false],
    [
      'text for a number',
      { exact: { 'data.number': '5' } },
      mistyped('number', 'a string', 'a number'),
    ],
    ['a list for text', { exact: { 'data.list': 'a' } }, mistyped('list', 'a string', 'a list')],
    ['a map for a number', { exact: { 'data.map': 1 } }, mistyped('map', 'a number', 'a map')],
    ['in a list', { exact: { 'data.list.1': 7 } }, true],
    ['beyond a list', { exact: { 'data.list.2': 7 } }, false],
    ['a key with a dot', { exact: { 'data.map.a\\.b': 1 } }, true],
    ['several fields', { exact: { 'data.number': 5, 'data.yes': true } }, true],
    ['several fields, one other', { exact: { 'data.number': 5, 'data.yes': false } }, false],
    ['one of', { in: { 'data.text': ['Freezer', 'Cold Storage'] } }, true],
    ['none of', { in: { 'data.text': ['Freezer'] } }, false],
    ['one of, null', { in: { 'data.nothing': ['x', null] } }, true],
    ['one of, missing', { in: { 'data.missing': ['x', null] } }, false],
    ['one of several types', { in: { 'data.number': ['x', 5] } }, true],
    [
      'none of the types',
      { in: { 'data.yes': ['x', 5] } },
      mistyped('yes', 'a string or a number', 'a boolean'),
    ],
    ['a beginning', { prefix: { 'data.text': 'Cold' } }, true],
    ['another beginning', { prefix: { 'data.text': 'Storage' } }, false],
    ['an end', { suffix: { 'data.text': 'Storage' } }, true],
    ['the beginning of nothing', { prefix: { 'data.missing': '' } }, false],
    ['the end of null', { suffix: { 'data.nothing': '' } }, false],
    [
      'the beginning of a number',
      { prefix: { 'data.number': '5' } },
      mistyped('number', 'a string', 'a number'),
    ],
    ['greater', { gt: { 'data.number': 4.9 } }, true],
    ['not greater than itself', { gt: { 'data.number': 5 } }, false],
    ['at least itself', { gte: { 'data.number': 5 } }, true],
    ['less', { lt: { 'data.number': 5.1 } }, true],
    ['not less than itself', { lt: { 'data.number': 5 } }, false],
    ['at most itself', { lte: { 'data.number': 5 } }, true],
    ['text in order', { gt: { 'data.text': 'Cold' } }, true],
    ['a missing value is not less', { lt: { 'data.missing': 5 } }, false],
    ['null is not less', { lt: { 'data.nothing': 5 } }, false],
    [
      'text is not less than a number',
      { lt: { 'data.text': 5 } },
      mistyped('text', 'a number', 'a string'),
    ],
    ['truth has no order', { lt: { 'data.yes': 5 } }, mistyped('yes', 'a number', 'a boolean')],
    [
      'a time, fractions and offsets heeded',
      { lt: { 'data.time': '2026-01-15T11:30:00.000001+01:00' } },
      true,
    ],
    ['a time of another text', { exact: { 'data.time': '2026-01-15T11:30:00+01:00' } }, true],
    ['one of several times', { in: { ce_time: ['2026-01-15T10:30:00.000Z'] } }, true],
    ['a later time', { gt: { ce_time: '2026-01-15T10:30:00Z' } }, false],
    ['the beginning of a time', { prefix: { 'data.time': '2026-01' } }, true],
    ['it exists', { exists: { 'data.text': true } }, true],
    ['null exists', { exists: { 'data.nothing': true } }, true],
    ['a map exists', { exists: { 'data.map': true } }, true],
    ['it does not exist', { exists: { 'data.missing': true } }, false],
    ['it must not exist', { exists: { 'data.missing': false } }, true],
    ['it must not exist, but does', { exists: { 'data.zero': false } }, false],
  ])('%s', (_what, where, expected) => {
    expect(evaluateFilter(where, { event })).toEqual(expected)
  })

  it('reads attributes, ce_id and ce_time from the payload', () => {
    const seen = {
      name: 'inventory.moved',
      headers: { ce_source: '/w', ce_id: 'lie', ce_type: 'lie', ce_time: 'lie' },
      event: { id: 'evt_1', time: '2026-01-15T10:30:00Z' },
    }
    for (const attributes of [
      { ce_type: 'inventory.moved' },
      { ce_id: 'evt_1' },
      { ce_time: '2026-01-15T10:30:00Z' },
      { ce_source: '/w' },
    ]) {
      expect(evaluateFilter({ exact: attributes }, seen)).toBe(true)
    }
    expect(evaluateFilter({ exact: { ce_subject: 'x' } }, seen)).toBe(false)
    expect(evaluateFilter({ exists: { ce_subject: false } }, seen)).toBe(true)
  })

  it('returns an error for an invalid time', () => {
    const seen = { event: { time: 'tomorrow' } }
    const verdict = { error: 'ce_time: expected an RFC 3339 time, got a string' }
    expect(evaluateFilter({ gt: { ce_time: '2026-01-15T10:30:00Z' } }, seen)).toEqual(verdict)
  })
})

describe('combinations', () => {
  const failed = mistyped('number', 'a string', 'a number')
  it.each<[string, unknown, Verdict]>([
    ['a list: all of them', [yes, yes], true],
    ['a list: one not', [yes, no], false],
    ['all: a no beside an error', { all: [error, no] }, false],
    ['all: an error beside a yes', { all: [yes, error] }, failed],
    ['any: a yes beside an error', { any: [error, yes] }, true],
    ['any: an error beside a no', { any: [error, no] }, failed],
    ['any: none', { any: [no, no] }, false],
    ['not yes', { not: yes }, false],
    ['not no', { not: no }, true],
    ['not an error is an error', { not: error }, failed],
    ['not a list: not all of them', { not: [yes, no] }, true],
    ['deeper', { any: [no, { all: [yes, { not: { any: [no, no] } }] }] }, true],
  ])('%s', (_what, where, expected) => {
    expect(evaluateFilter(where, { event })).toEqual(expected)
  })

  it('return an error if fields cannot be read, unless other clauses decide', () => {
    const seen = { name: 'inventory.moved', event, failure: 'truncated' }
    const name = (ce_type: string) => ({ exact: { ce_type } })
    expect(evaluateFilter(yes, seen)).toEqual({ error: 'truncated' })
    expect(evaluateFilter({ exists: { 'data.x': false } }, seen)).toEqual({ error: 'truncated' })
    expect(evaluateFilter({ all: [yes, name('x')] }, seen)).toBe(false)
    const nested = { any: [{ all: [name('inventory.moved'), yes] }, name('inventory.moved')] }
    expect(evaluateFilter(nested, seen)).toBe(true)
  })

  it('read fields last, and not at all if the name decides', () => {
    const where = [yes, { not: { exact: { ce_source: '/w' } } }, { exact: { ce_type: 'b' } }]
    const asked: string[] = []
    const headers = new Proxy({}, { get: (_, name) => void asked.push(String(name)) })
    const fields = new Proxy(
      {},
      { getOwnPropertyDescriptor: (_, name) => void asked.push(String(name)) },
    )
    expect(evaluateFilter(where, { name: 'a', headers, event: fields })).toBe(false)
    expect(asked).toEqual([])
    evaluateFilter(where, { name: 'b', headers, event: fields })
    expect(asked).toEqual(['ce_source', 'number'])
  })
})

/** A reference implementation of Kleene's three-valued logic without short-circuiting. */
function reference(where: Tree): Verdict {
  if ('leaf' in where) return where.leaf === 'error' ? { error: '' } : where.leaf
  if ('not' in where) {
    const verdict = reference(where.not)
    return typeof verdict === 'boolean' ? !verdict : verdict
  }
  const verdicts = where.children.map(reference)
  if (verdicts.includes(where.type === 'any')) return where.type === 'any'
  return verdicts.find((verdict) => typeof verdict !== 'boolean') ?? where.type === 'all'
}

type Tree = { leaf: boolean | 'error' } | { not: Tree } | { type: 'all' | 'any'; children: Tree[] }

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ leaf: fc.constantFrom<boolean | 'error'>(true, false, 'error') }),
    fc.record({ not: tie('tree') }),
    fc.record({
      type: fc.constantFrom<'all' | 'any'>('all', 'any'),
      children: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

function written(where: Tree): object {
  if ('leaf' in where) return { true: yes, false: no, error }[String(where.leaf)] as object
  if ('not' in where) return { not: written(where.not) }
  return { [where.type]: where.children.map(written) }
}

it('agrees with three-valued logic in any order', () => {
  fc.assert(
    fc.property(tree, (where) => {
      const [verdict, expected] = [evaluateFilter(written(where), { event }), reference(where)]
      expect(typeof verdict).toBe(typeof expected)
      if (typeof expected === 'boolean') expect(verdict).toBe(expected)
    }),
    { numRuns: 1000 },
  )
})

it('one operand is compared as several are', () => {
  const scalar = fc.oneof(
    fc.constantFrom(null, true, false, 0, -0, ''),
    fc.string({ maxLength: 2 }),
    fc.integer({ min: -2, max: 2 }),
  )
  const field = fc.oneof(scalar, fc.constant(undefined), fc.constant([1]), fc.constant({ a: 1 }))
  fc.assert(
    fc.property(field, scalar, (value, operand) => {
      const judged = (filter: object) => evaluateFilter(filter, { event: { value } })
      expect(judged({ exact: { 'data.value': operand } })).toEqual(
        judged({ in: { 'data.value': [operand, operand] } }),
      )
    }),
  )
})
