import { expect, it } from 'vitest'
import { readFilter } from '../../../src/filter/read-filter.ts'
import { writeFilter } from '../../../src/filter/write-filter.ts'

it.each([
  { exact: { 'data.kind': 'a' } },
  [{ prefix: { ce_type: 'stock', 'data.name': 'a' } }, { not: { suffix: { ce_type: 'x' } } }],
  { any: [{ exists: { 'data.to': true } }, { all: [{ in: { 'data.kind': ['a', 'b'] } }] }] },
])('what is written is read as the same filter: %j', (given) => {
  const where = JSON.parse(JSON.stringify(given))
  const { filter, problems } = readFilter(where, 'where')
  expect(problems).toEqual([])
  expect(readFilter(writeFilter(filter!), 'where')).toEqual({ filter, problems: [] })
})
