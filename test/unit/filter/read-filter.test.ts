import { expect, it } from 'vitest'
import { readFilter } from '../../../src/filter/read-filter.ts'

const DIALECTS = 'exact, in, prefix, suffix, gt, gte, lt, lte, exists, all, any, not'

it.each<[string, unknown, string]>([
  ['nothing', null, `where: expected one of ${DIALECTS}, got null`],
  ['text', 'x', `where: expected one of ${DIALECTS}, got 'x'`],
  ['an empty object', {}, `where: expected one of ${DIALECTS}, got {}`],
  [
    'two dialects at once',
    { exact: { ce_id: 'x' }, prefix: { ce_id: 'x' } },
    `where: expected one of ${DIALECTS}, got { exact: [Object], prefix: [Object] }`,
  ],
  ['a misspelt dialect', { exakt: {} }, 'where: exakt: unknown, did you mean exact?'],
  ['CESQL', { cesql: 'TRUE' }, `where: cesql: unknown, expected one of ${DIALECTS}`],
  ['an empty list', [], 'where: expected a list of filters, got []'],
  ['an empty all', { all: [] }, 'where.all: expected a list of filters, got []'],
  ['an any that is no list', { any: {} }, 'where.any: expected a list of filters, got {}'],
  ['no field', { exact: {} }, 'where.exact: expected an object that maps fields to values, got {}'],
  [
    'a field without a prefix',
    { exact: { type: 'x' } },
    'where.exact: type: expected a CloudEvents attribute (ce_...) or a path (data....), such as ce_type',
  ],
  [
    'a path without a prefix',
    [{ any: [{ gt: { 'entity.quantity': 1 } }] }],
    'where[0].any[0].gt: entity.quantity: expected a CloudEvents attribute (ce_...) or a path (data....), such as data.entity.quantity',
  ],
  [
    'an empty part',
    { exact: { 'data.a..b': 1 } },
    'where.exact: data.a..b: expected no empty parts',
  ],
  [
    'a deep path',
    { exact: { 'data.1.2.3.4.5.6.7.8.9.10.11': 1 } },
    'where.exact: data.1.2.3.4.5.6.7.8.9.10.11: expected at most 10 parts',
  ],
  [
    'no scalar',
    { exact: { 'data.a': {} } },
    'where.exact: data.a: expected a string, a number, true, false or null, got {}',
  ],
  [
    'no number',
    { exact: { 'data.a': Number.NaN } },
    'where.exact: data.a: expected a string, a number, true, false or null, got NaN',
  ],
  [
    'no list',
    { in: { 'data.a': 'x' } },
    "where.in: data.a: expected a list of strings, numbers, true, false or null, got 'x'",
  ],
  [
    'nothing to be in',
    { in: { 'data.a': [] } },
    'where.in: data.a: expected a list of strings, numbers, true, false or null, got []',
  ],
  ['no text', { prefix: { 'data.a': 5 } }, 'where.prefix: data.a: expected a string, got 5'],
  [
    'no order',
    { gt: { 'data.a': true } },
    'where.gt: data.a: expected a number or a string, got true',
  ],
  ['no truth', { exists: { 'data.a': 1 } }, 'where.exists: data.a: expected true or false, got 1'],
  [
    'an attribute is text',
    { exact: { ce_type: 5 } },
    'where.exact: ce_type: expected a string, got 5',
  ],
  [
    'a time',
    { gt: { ce_time: 'noon' } },
    "where.gt: ce_time: expected an RFC 3339 time, got 'noon'",
  ],
])('rejects %s', (_what, where, problem) => {
  expect(readFilter(where, 'where')).toEqual({ filter: undefined, problems: [problem] })
})

it('reports every problem', () => {
  const where = {
    all: [{ exact: { type: 'x', 'data.a': 1 } }, { not: { gt: { 'data.b': null } } }],
  }
  expect(readFilter(where, 'here').problems).toHaveLength(2)
})

it('limits depth and number of filters', () => {
  const cycle: { all: unknown[] } = { all: [] }
  cycle.all.push(cycle, cycle, cycle)
  const { problems } = readFilter(cycle, 'where')
  expect(problems).toContainEqual(expect.stringContaining('expected at most 16 levels'))
  expect(problems).toContainEqual(expect.stringContaining('expected at most 1000 filters'))
})
