import { describe, expect, it } from 'vitest'
import type { Expectation } from '../../../../src/dev/demo/expectation.ts'
import type { Evidence } from '../../../../src/dev/demo/findings.ts'
import { judge } from '../../../../src/dev/demo/verdict.ts'
import { NO_COUNTS } from '../../../../src/dev/replicas/counts.ts'
import type { Effect } from '../../../../src/dev/replicas/effect.ts'
import { headersOf } from '../../../../src/event/headers.ts'
import type { SourceRecord } from '../../../../src/event/record.ts'

const effect = (eventId: string, key: string, offset: number): Effect => ({
  plugin: 'p',
  eventId,
  key,
  topic: 't',
  partition: 0,
  offset,
  attempt: 1,
  atUs: offset,
})

const counts = { ...NO_COUNTS, wanted: 4, processed: 3, deadLettered: 1 }
const expected: Expectation = {
  counts: new Map([['p', counts]]),
  effects: new Map([
    [
      'p',
      new Map([
        ['a', { key: 'x', place: 0 }],
        ['b', { key: 'y', place: 1 }],
        ['c', { key: 'x', place: 2 }],
      ]),
    ],
  ]),
  letters: ['p exhausted d'],
}

const [a, b, c] = [effect('a', 'x', 0), effect('b', 'y', 1), effect('c', 'x', 2)]
const original: SourceRecord = {
  topic: 't',
  partition: 0,
  offset: 3,
  timestampMs: 0,
  key: Buffer.from('x'),
  value: Buffer.from([0, 0, 0, 0, 1, 200]),
  headers: headersOf({ ce_id: Buffer.from('d'), trace: Buffer.from('1') }),
}
const letter: SourceRecord = {
  ...original,
  topic: 't.dead-letters',
  headers: headersOf(
    {
      'dlq.plugin': 'p',
      'dlq.reason': 'exhausted',
      'dlq.topic': 't',
      'dlq.partition': '0',
      'dlq.offset': '3',
    },
    original.headers,
  ),
}
const good: Evidence = {
  effects: [a, b, c],
  letters: [letter],
  originals: new Map([['t/0@3', original]]),
  counts: new Map([['p', counts]]),
  unaccounted: 0,
  offsets: [{ topic: 't', partition: 0, committed: 4, end: 4 }],
  exits: [{ name: 'replica-1', end: 'exit 0' }],
}

const failures = (change: Partial<Evidence>) =>
  judge(expected, { ...good, ...change })
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => `${name}: ${detail}`)

describe('judge', () => {
  it('passes if everything is as expected', () => {
    const checks = judge(expected, good)
    expect(checks.map(({ ok }) => ok)).toEqual(Array.from({ length: 8 }, () => true))
  })

  it('detects a missing effect', () => {
    expect(failures({ effects: [a, b] })).toEqual(['nothing lost: p never processed c of x'])
  })

  it('detects that nothing happened at all', () => {
    const nothing = { effects: [], letters: [], counts: new Map(), offsets: [] }
    expect(failures(nothing).map((line) => line.split(':')[0])).toEqual([
      'nothing lost',
      'nothing unaccounted for',
      'dead letters as expected',
      'everything committed',
    ])
  })

  it('detects a duplicate effect, even from another replica', () => {
    expect(failures({ effects: [a, b, c, a] })).toEqual([
      'no duplicate effects: p processed a again',
    ])
  })

  it('detects an unexpected effect', () => {
    const unasked = effect('d', 'x', 3)
    expect(failures({ effects: [a, b, c, unasked] })).toEqual([
      'no duplicate effects: p processed d unexpectedly',
    ])
  })

  it('detects wrong order, only within an entity', () => {
    expect(failures({ effects: [b, a, c] })).toEqual([])
    expect(failures({ effects: [c, b, a] })).toEqual([
      'order of every entity held: p processed a of x after c',
    ])
  })

  it('detects an event with the key of another entity', () => {
    expect(failures({ effects: [a, { ...b, key: 'x' }, c] })).toEqual([
      'order of every entity held: b has key x, expected y',
    ])
  })

  it('detects inconsistent metrics', () => {
    expect(failures({ unaccounted: 1 })).toEqual(['nothing unaccounted for: 1 unaccounted'])
    const wrong = new Map([
      ['p', { ...counts, retried: 2 }],
      ['q', { ...NO_COUNTS, wanted: 1 }],
    ])
    expect(failures({ counts: wrong })).toEqual([
      'nothing unaccounted for: p: expected 0 retried, got 2; q: expected 0 wanted, got 1',
    ])
  })

  it('detects a dead letter that is missing, superfluous, or has another reason', () => {
    const name = 'dead letters as expected'
    expect(failures({ letters: [] })).toEqual([`${name}: 1 missing: p exhausted d`])
    expect(failures({ letters: [letter, letter] })).toEqual([`${name}: 1 too many: p exhausted d`])
    const other = { ...letter, headers: headersOf({ 'dlq.reason': 'conflict' }, letter.headers) }
    expect(failures({ letters: [other] })).toEqual([
      `${name}: 1 missing: p exhausted d; 1 too many: p conflict d`,
    ])
  })

  it.each([
    ['value', { value: Buffer.from('{}') }, 'different value'],
    ['key', { key: null }, 'different key'],
    ['partition', { partition: 1 }, 'different partition 1'],
    ['headers', { headers: headersOf({ trace: '2' }, letter.headers) }, 'different header trace'],
  ])('detects a dead letter with different %s', (_, change, what) => {
    expect(failures({ letters: [{ ...letter, ...change }] })).toEqual([
      `dead letters have their original bytes: dead letter of t/0@3: ${what}`,
    ])
  })

  it('detects a dead letter of a record that does not exist', () => {
    expect(failures({ originals: new Map() })).toEqual([
      'dead letters have their original bytes: dead letter of t/0@3: no such record',
    ])
  })

  it('detects a partition that is not committed to its end', () => {
    const behind = [
      { topic: 't', partition: 0, committed: 3, end: 4 },
      { topic: 't', partition: 1, committed: undefined, end: 1 },
      { topic: 't', partition: 2, committed: undefined, end: 0 },
    ]
    expect(failures({ offsets: behind })).toEqual([
      'everything committed: t/0: committed 3, expected 4; t/1: committed nothing, expected 1',
    ])
  })

  it('detects a replica that did not stop cleanly', () => {
    expect(failures({ exits: [{ name: 'replica-1', end: 'ended by SIGKILL' }] })).toEqual([
      'replicas stopped cleanly: replica-1: expected exit 0, got ended by SIGKILL',
    ])
  })

  it('does not check the exit of replicas that keep running', () => {
    expect(judge(expected, { ...good, exits: undefined })).toHaveLength(7)
  })

  it('shows the first of many failures', () => {
    const many = Array.from({ length: 5 }, (_, n) => effect(`n${n}`, 'x', n))
    expect(failures({ effects: [a, b, c, ...many] })[0]).toMatch(/n2 unexpectedly; and 2 more$/)
  })
})
