import { describe, expect, it } from 'vitest'
import type { WriterSchema } from '../../../src/avro/writer-schema.ts'
import { Backtest } from '../../../src/backtest/backtest.ts'
import { OTHERS } from '../../../src/backtest/tally.ts'
import { backtestText } from '../../../src/backtest/text.ts'
import { headersOf } from '../../../src/event/headers.ts'
import type { SourceRecord } from '../../../src/event/record.ts'
import { readFilter } from '../../../src/filter/read-filter.ts'
import { createPeek, type PeekPorts } from '../../../src/pipeline/intake/peek.ts'
import type { LoadedPlugin } from '../../../src/plugin/loaded-plugin.ts'
import { jsonSchema, plugin } from '../../support/pipeline-kit.ts'

const MICROS_A_CALL = 250

interface Options {
  filter?: Partial<LoadedPlugin>
  changed?: Partial<LoadedPlugin>
  examplesMax?: number
  lookup?: PeekPorts['schemas']['lookup']
}

function whereOf(data: unknown): Pick<LoadedPlugin, 'where'> {
  return { where: readFilter(data, 'where').filter }
}

const noHandler = {
  processEvent() {
    throw new Error('a backtest calls no handler')
  },
}

/** A backtest for which the CPU time advances by a fixed step at each reading. */
function backtest({ filter = {}, changed, examplesMax = 2, lookup }: Options = {}) {
  let micros = 0
  let offset = 0
  const schemas = { lookup: lookup ?? (() => ({ type: 'ready', schema: jsonSchema }) as const) }
  const test = new Backtest({
    plugin: plugin({ ...filter, ...noHandler }),
    changed: changed && plugin({ ...changed, ...noHandler }),
    examplesMax,
    peek: createPeek({ schemaIdOf: () => 1, schemas }),
    cpuMicros: () => (micros += MICROS_A_CALL),
  })
  function record(value: object | null | string, part: Partial<SourceRecord> = {}): SourceRecord {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const bytes = value === null ? null : Buffer.from(text)
    const place = { topic: 't', partition: 1, offset: offset++, timestampMs: 1_000 * offset }
    return { ...place, key: Buffer.from('ent'), value: bytes, headers: headersOf({}), ...part }
  }
  const take = (...values: (object | null | string)[]) =>
    Promise.all(values.map((value) => test.take(record(value))))
  return { test, take, record }
}

const small = (id: string, size: unknown = 1) => ({ id, kind: 'made', size })
const counts = (tallied: { count: number; groups: { group: string; count: number }[] }) => [
  tallied.count,
  ...tallied.groups.map(({ group, count }) => `${group} ${count}`),
]

describe('the decisions of a filter', () => {
  const filter = { ...whereOf({ gt: { 'data.size': 5 } }) }

  it('are counted by event name, with examples', async () => {
    const { test, take } = backtest({ filter })
    await take(small('a', 9), small('b'), small('c', 9), { id: 'd', kind: 'sold', size: 9 })
    await take(small('e', 9))
    const { records, filter: found } = test.report()
    expect(records).toBe(5)
    expect(counts(found.matched)).toEqual([4, 'made 3', 'sold 1'])
    expect(counts(found.unmatched)).toEqual([1, 'made 1'])
    expect(counts(found.errors)).toEqual([0])
    expect(found.matched.groups[0]?.examples).toEqual([
      { time: '1970-01-01T00:00:01.000Z', place: 't/1@0', name: 'made', id: 'a', entity: 'ent' },
      { time: '1970-01-01T00:00:03.000Z', place: 't/1@2', name: 'made', id: 'c', entity: 'ent' },
    ])
  })

  it('include errors by message, with the clause that failed', async () => {
    const { test, take } = backtest({ filter })
    await take(small('a', 'big'), small('b', 9), small('c', 'huge'))
    const { errors, matched } = test.report().filter
    expect(matched.count).toBe(1)
    const message = 'where: data.size: expected a number, got a string'
    expect(counts(errors)).toEqual([2, `${message} 2`])
    expect(errors.groups[0]?.examples[0]).toMatchObject({
      id: 'a',
      name: 'made',
      why: 'where: data.size is above 5: expected a number, got a string',
    })
  })

  it('include errors of wantsProcessEvent, whatever it throws', async () => {
    const wantsProcessEvent = (name: string) => {
      if (name === 'made') throw new Error('boom\n\x1b[2Jbang')
      return true
    }
    const { test, take } = backtest({ filter: { wantsProcessEvent } })
    await take(small('a'), { id: 'b', kind: 'sold' })
    const { errors, matched } = test.report().filter
    expect(counts(errors)).toEqual([1, 'wantsProcessEvent: boom\n\x1b[2Jbang 1'])
    expect(counts(matched)).toEqual([1, 'sold 1'])
    expect(backtestText(test.report())).toContain('\n  wantsProcessEvent: boom\\n\\x1b[2Jbang  1\n')
  })

  it('leave out tombstones and undecodable records', async () => {
    const { test, take, record } = backtest({ filter })
    await take(null, 'nonsense', small('a', 9), { ...small('b', 9), broken: true })
    await take({ ...small('c'), broken: true })
    const headers = { ce_type: 'made', ce_id: 'x' }
    await test.take(record('more nonsense', { headers: headersOf(headers), key: null }))
    const report = test.report()
    expect(report).toMatchObject({ records: 6, tombstones: 1 })
    expect(report.filter.matched.count).toBe(1)
    // As in the service, events that the filter declines are not decoded.
    expect(report.filter.unmatched.count).toBe(1)
    expect(report.undecodable.count).toBe(3)
    const examples = report.undecodable.groups.flatMap((group) => group.examples)
    expect(examples.map(({ id, name, entity }) => [id, name, entity])).toEqual(
      expect.arrayContaining([
        ['x', 'made', null],
        [null, 'made', 'ent'],
      ]),
    )
  })

  it('wait for a schema to be fetched, but not for ever', async () => {
    const ready = { type: 'ready', schema: jsonSchema as WriterSchema } as const
    const waiting = { type: 'waiting', why: 'schema 1 is not known', cleared: Promise.resolve() }
    let asked = 0
    const slow = backtest({ lookup: () => (asked++ < 3 ? (waiting as never) : ready) })
    await slow.take(small('a'))
    expect(slow.test.report().filter.matched.count).toBe(1)
    const never = backtest({ lookup: () => waiting as never })
    const error = { code: 'REGISTRY_UNAVAILABLE', message: 'schema 1 is not known' }
    await expect(never.take(small('a'))).rejects.toMatchObject(error)
  })
})

describe('a changed filter', () => {
  it('gains and loses events, by name', async () => {
    const { test, take } = backtest({
      filter: {
        wantsProcessEvent: (name) => name !== 'sold',
        ...whereOf({ gt: { 'data.size': 5 } }),
      },
      changed: { ...whereOf({ lt: { 'data.size': 7 } }) },
    })
    await take(small('both', 6), small('lost', 9), small('gained', 1))
    await take({ id: 'sold', kind: 'sold', size: 2 }, small('neither', 'big'))
    const { filter, changed } = test.report()
    expect(counts(filter.matched)).toEqual([2, 'made 2'])
    expect(counts(changed!.matched)).toEqual([3, 'made 2', 'sold 1'])
    expect(counts(changed!.gained)).toEqual([2, 'made 1', 'sold 1'])
    expect(counts(changed!.lost)).toEqual([1, 'made 1'])
    expect(changed!.errors.count).toBe(1)
    expect(changed!.lost.groups[0]?.examples).toMatchObject([{ id: 'lost', place: 't/1@1' }])
    const sum = ({ matched, unmatched, errors }: typeof filter) =>
      matched.count + unmatched.count + errors.count
    expect([sum(filter), sum(changed!)]).toEqual([5, 5])
  })

  it('loses an event if only the changed filter fails, and gains it in the opposite case', async () => {
    const { test, take } = backtest({
      filter: whereOf({ exists: { 'data.size': true } }),
      changed: whereOf({ gte: { 'data.size': 0 } }),
    })
    await take(small('a', 'big'))
    expect(test.report().changed).toMatchObject({ lost: { count: 1 }, gained: { count: 0 } })
    const back = backtest({
      filter: whereOf({ gte: { 'data.size': 0 } }),
      changed: whereOf({ exists: { 'data.size': true } }),
    })
    await back.take(small('a', 'big'))
    expect(back.test.report().changed).toMatchObject({ lost: { count: 0 }, gained: { count: 1 } })
  })

  it('counts undecodable events as neither gained nor lost', async () => {
    const { test, take } = backtest({
      filter: { wantsProcessEvent: () => false },
      changed: {},
    })
    await take({ ...small('a'), broken: true }, small('b'))
    const { filter, changed, undecodable } = test.report()
    expect([filter.unmatched.count, changed!.matched.count, undecodable.count]).toEqual([1, 1, 1])
  })
})

describe('the cost', () => {
  it('includes the first batch only if there is no other', async () => {
    const few = backtest()
    await few.take(...Array.from({ length: 10 }, (_, i) => small(`${i}`)))
    expect(few.test.report().filter.cost).toEqual({ events: 10, nsPerEvent: 25_000 })
    const many = backtest()
    await many.take(...Array.from({ length: 1_500 }, (_, i) => small(`${i}`)))
    expect(many.test.report().filter.cost).toEqual({ events: 500, nsPerEvent: 500 })
  })

  it('is unknown without events', async () => {
    const { test, take } = backtest()
    await take(null)
    expect(test.report().filter.cost).toBeNull()
    expect(backtestText(test.report())).toContain('cost         no event was evaluated')
  })
})

it('keeps a bounded number of groups and examples', async () => {
  const { test, take } = backtest({ examplesMax: 1 })
  for (let i = 0; i < 300; i++) {
    await take({ id: `${i}`, kind: `${i}.${'long'.repeat(200)}` }, { id: 'x', kind: `${i}.b` })
  }
  const { matched } = test.report().filter
  expect(matched.count).toBe(600)
  expect(matched.groups.reduce((sum, { count }) => sum + count, 0)).toBe(600)
  expect(matched.groups[0]).toMatchObject({ group: OTHERS, count: 500 })
  expect(matched.groups).toHaveLength(101)
  expect(JSON.stringify(matched).length).toBeLessThan(100_000)
})

it('prints a report as text', async () => {
  const filter = whereOf({ gt: { 'data.size': 5 } })
  const { test, take } = backtest({ filter, changed: {}, examplesMax: 1 })
  await take(small('a', 9), small('b'), null, small('c', 'big'))
  expect(backtestText(test.report())).toBe(`records      4
matched      1
  made  1
    1970-01-01T00:00:01.000Z  t/1@0  a  ent
unmatched    1
  made  1
    1970-01-01T00:00:02.000Z  t/1@1  b  ent
errors       1
  where: data.size: expected a number, got a string  1
    1970-01-01T00:00:04.000Z  t/1@3  made  c  ent  where: data.size is above 5: expected a number, got a string
tombstones   1
undecodable  0
cost         83,333 ns of CPU per event (measured on 3 events)

with the changed filter
matched      3
  made  3
    1970-01-01T00:00:01.000Z  t/1@0  a  ent
unmatched    0
errors       0
cost         83,333 ns of CPU per event (measured on 3 events)
gained       2
  made  2
    1970-01-01T00:00:02.000Z  t/1@1  b  ent
lost         0`)
})
