import { describe, expect, it } from 'vitest'
import { VisibleFields } from '../../../src/console/access/visible-fields.ts'
import { EVERYTHING, knownFilters } from '../../../src/console/filters/described-plugin.ts'
import { maskedWhere } from '../../../src/console/filters/masked-where.ts'
import { namedFields, readWhere } from '../../../src/console/filters/read-where.ts'
import { withoutContent } from '../../../src/console/filters/without-content.ts'
import { INVENTORY_KINDS } from '../../../src/event/kinds.ts'

const any = knownFilters(EVERYTHING).plugin
const problemsOf = (text: string) => readWhere(INVENTORY_KINDS, text, any).problems

describe('a filter that someone typed', () => {
  it.each([
    ['', 'where: expected JSON, such as {"exact": {"data.kind": "…"}}, got nothing'],
    ['alert(1)', 'where: expected JSON'],
    ['{"regex": {"data.id": "(a+)+$"}}', 'where: regex: unknown, expected one of'],
    ['{"exact": {"data.to.nam": "x"}}', 'did you mean data.to.name?'],
    ['{"exact": {"data.to.name": 5}}', 'where: data.to.name: expected a string, got 5'],
    [`${'['.repeat(40)}{"exact": {"data.id": "x"}}${']'.repeat(40)}`, 'expected at most 16 levels'],
    [
      JSON.stringify(Array(1_001).fill({ exact: { 'data.id': 'x' } })),
      'expected at most 1000 filters',
    ],
  ])('%s is refused with its place and what was expected', (text, problem) => {
    expect(problemsOf(text).join()).toContain(problem)
  })

  it('is read as that of a plugin', () => {
    expect(problemsOf('{"not": {"prefix": {"data.to.name": "Hall"}}}')).toEqual([])
  })
})

it('a reader may name the fields that are seen of events of every sort, and an operator all', () => {
  const visible = new VisibleFields([['to', 'name']], { inventoryKinds: INVENTORY_KINDS })
  const text = JSON.stringify([
    { exact: { 'data.id': '1' } },
    { exact: { 'data.to.name': '1' } },
    { exact: { 'data.to.type': '1' } },
    { exists: { 'data.to': true } },
    { exact: { 'data.entity.id': '1' } },
    { exact: { ce_source: '1' } },
  ])
  const { filter } = readWhere(INVENTORY_KINDS, text, any)
  const named = namedFields([filter, filter])
  expect(named).toHaveLength(6)
  const seenBy = (role: 'reader' | 'operator') =>
    named.filter((each) => visible.maySearch(each, { name: 'x', role })).map((each) => each.text)
  expect(seenBy('reader')).toEqual(['data.id', 'data.to.name'])
  expect(seenBy('operator')).toHaveLength(6)
})

it('what a filter compares with is masked, its fields are not', () => {
  const where = {
    any: [{ exact: { 'data.id': 'secret' } }, { not: { in: { 'data.kind': ['a'] } } }],
  }
  expect(maskedWhere(where)).toEqual({
    any: [{ exact: { 'data.id': '***' } }, { not: { in: { 'data.kind': '***' } } }],
  })
  expect(maskedWhere({ newer: {} })).toBeNull()
})

it('what is not known of the filters of a plugin is said', () => {
  const of = (more: object) => knownFilters({ ...EVERYTHING, ...more }).unknown
  expect(of({})).toEqual([])
  expect(of({ isDecidedByCode: true, isWhereTooLong: true, where: { newer: {} } })).toHaveLength(3)
})

it('why a filter failed is kept from readers: it may quote the event', () => {
  const example = { time: '', place: 't/0@1', name: 'n', id: 'i', entity: 'e', why: 'Ada is 5' }
  const none = { count: 0, groups: [] }
  const failed = { count: 2, groups: [{ group: 'Ada is 5', count: 2, examples: [example] }] }
  const filter = { matched: none, unmatched: none, errors: failed, cost: null }
  const changed = { ...filter, gained: none, lost: none }
  const report = withoutContent({ records: 2, tombstones: 0, undecodable: failed, filter, changed })
  expect(JSON.stringify(report)).not.toContain('Ada')
  expect(report.filter.errors).toMatchObject({ count: 2, groups: [{ count: 2 }] })
})
