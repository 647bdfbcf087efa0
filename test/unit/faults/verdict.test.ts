import { describe, expect, it } from 'vitest'
import type { Evidence, LogEntry, SeenEffect } from '../../faults/evidence.ts'
import type { PluginRule } from '../../faults/plugin-rules.ts'
import { judge } from '../../faults/verdict.ts'

const all: PluginRule = { slug: 'all', wants: () => true, isDoomed: (id) => id === 'doomed' }
const place = { topic: 'topic', partition: 0 }

it('is content when everything wanted was done once, in order, or dead-lettered', () => {
  const verdict = judgeOf({
    log: [entry('a', 0), entry('doomed', 1), entry('b', 2)],
    letters: [letter('doomed', 15)],
    effects: [effect('a', 10), effect('b', 20)],
    commits: [{ atUs: 25, ...place, committed: 3 }],
  })
  expect(verdict).toMatchObject({ published: 3, lost: 0, duplicates: 0, orderBreaks: 0 })
  expect(verdict.problems).toEqual([])
})

it('sees an event without an effect', () => {
  const { lost, problems } = judgeOf({
    log: [entry('a', 0), entry('b', 1)],
    effects: [effect('a')],
  })
  expect(lost).toBe(1)
  expect(problems).toEqual(['1 lost: all b at topic/0@1'])
})

it('sees an acknowledged event that is not in the topic', () => {
  const { problems } = judgeOf({ acknowledged: new Set(['a']) })
  expect(problems).toEqual(['1 acknowledged but not in the topic: a'])
})

describe('what was done twice', () => {
  const log = [entry('a', 0)]
  const killed = { pid: 1, fromUs: 20, toUs: Infinity }
  const twice = [effect('a', 10, 1), effect('a', 9_000_010, 2)]
  const problem = '1 processed twice without a fault between effect and mark'

  it('is explained where the first process was killed between effect and mark', () => {
    const faultWindows = [killed]
    expect(judgeOf({ log, effects: twice, faultWindows })).toMatchObject({
      duplicates: 1,
      problems: [],
    })
    const markedAtUs = () => 9_000_020
    expect(judgeOf({ log, effects: twice, faultWindows, markedAtUs }).problems).toEqual([])
  })

  it('is not where nobody was hurt, or another process', () => {
    const told = `${problem}: all a at topic/0@0: process 1, 9000 ms later 2`
    expect(judgeOf({ log, effects: twice }).problems).toEqual([told])
    const faultWindows = [{ ...killed, pid: 3 }]
    expect(judgeOf({ log, effects: twice, faultWindows }).problems).toEqual([told])
  })

  it('is not where the mark was there long before the process was killed', () => {
    const faultWindows = [{ ...killed, fromUs: 8_000_000 }]
    const { problems } = judgeOf({ log, effects: twice, faultWindows, markedAtUs: () => 30 })
    expect(problems).toHaveLength(1)
  })

  it('is explained where a broker was down between effect and mark, and not where it was before', () => {
    const problemsWith = (fromUs: number, toUs: number) =>
      judgeOf({ log, effects: twice, outages: [{ fromUs, toUs }] }).problems
    expect(problemsWith(5, 12)).toEqual([])
    expect(problemsWith(20, 40)).toEqual([])
    expect(problemsWith(1, 9)).toHaveLength(1)
  })

  it('is not where the process had recovered before the effect', () => {
    const faultWindows = [{ pid: 1, fromUs: 1, toUs: 5 }]
    expect(judgeOf({ log, effects: twice, faultWindows }).problems).toHaveLength(1)
  })

  it('is explained where a process was frozen in its handler and another one went on', () => {
    const faultWindows = [{ pid: 2, fromUs: 5, toUs: 9_500_000 }]
    expect(judgeOf({ log, effects: twice, faultWindows }).problems).toEqual([])
  })

  it('is not where that process took the event after it was woken', () => {
    const faultWindows = [{ pid: 2, fromUs: 5, toUs: 9_500_000 }]
    const late = [{ ...entry('a', 0), atUs: 8_000_000 }]
    const effects = [effect('a', 8_500_000, 1), effect('a', 9_000_010, 2)]
    expect(judgeOf({ log: late, effects, faultWindows }).problems).toHaveLength(1)
  })

  it('is never explained where effect and mark are one', () => {
    const rules = [{ ...all, isExact: true }]
    expect(judgeOf({ log, effects: twice, faultWindows: [killed] }, rules).problems).toEqual([
      '1 extra effects of a transactional plugin: all a at topic/0@0: process 1, 9000 ms later 2',
    ])
  })
})

it('sees effects of a key that come in another order than its records', () => {
  const log = [entry('a', 0), entry('b', 1), entry('c', 2, 'other')]
  const effects = [effect('c', 5, 1, 'other'), effect('b', 10), effect('a', 20)]
  const { orderBreaks, problems } = judgeOf({ log, effects })
  expect(orderBreaks).toBe(1)
  expect(problems).toEqual(['1 out of order: all key: a after b'])
})

it('does not mind the order in which something is repeated', () => {
  const log = [entry('a', 0), entry('b', 1)]
  const effects = [effect('a', 10, 1), effect('b', 20, 1), effect('a', 30, 2)]
  expect(judgeOf({ log, effects }).orderBreaks).toBe(0)
})

it('follows a key that has another partition since there are more of them', () => {
  const log = [
    { ...entry('a', 7), atUs: 1 },
    { ...entry('b', 0), partition: 1, atUs: 2 },
  ]
  const inOrder = [effect('a', 10), { ...effect('b', 20), partition: 1 }]
  expect(judgeOf({ log, effects: inOrder }).orderBreaks).toBe(0)
  const turned = [{ ...effect('b', 10), partition: 1 }, effect('a', 20)]
  expect(judgeOf({ log, effects: turned }).orderBreaks).toBe(1)
})

it('asks for no effect of what retention removed unread, and for all others', () => {
  const log = [entry('a', 0), entry('b', 1), entry('c', 2)]
  const acknowledged = new Set(['a', 'b', 'c'])
  const effects = [effect('a'), effect('c')]
  const commits = [{ atUs: 25, ...place, committed: 3 }]
  const all = { log, acknowledged, effects, commits }
  expect(judgeOf({ ...all, unread: [log[1]!] })).toMatchObject({
    published: 3,
    removed: 1,
    lost: 0,
    problems: [],
  })
  expect(judgeOf({ ...all, unread: [log[0]!] }).lost).toBe(1)
})

it('sees a commit above what was not done yet, though it is done later', () => {
  const log = [entry('a', 0), entry('b', 1)]
  const effects = [effect('a', 10), effect('b', 30)]
  const commits = [
    { atUs: 15, ...place, committed: 1 },
    { atUs: 20, ...place, committed: 2 },
  ]
  expect(judgeOf({ log, effects, commits }).problems).toEqual([
    '1 committed before completion: b at topic/0@1, committed 2',
  ])
})

it('sees a committed offset that goes back', () => {
  const commits = [
    { atUs: 15, ...place, committed: 5 },
    { atUs: 20, ...place, committed: 2 },
  ]
  expect(judgeOf({ commits }).problems).toEqual([
    '1 committed offset went back: topic/0 from 5 to 2',
  ])
})

it('sees dead letters of good events, offsets not committed, and what the books do not know', () => {
  const { problems } = judgeOf({
    log: [entry('a', 0)],
    letters: [letter('a')],
    ends: [{ ...place, committed: 0, end: 1 }],
    unaccounted: 2,
  })
  expect(problems).toEqual([
    '1 wrong dead letters: all a',
    '1 not committed: topic/0: 0 of 1',
    '2 deliveries unaccounted for',
  ])
})

it('measures the longest time without an effect of a partition', () => {
  const effects = [effect('a', 0), effect('b', 3_000_000), effect('c', 3_500_000)]
  expect(judgeOf({ effects }).longestPauseMs).toBe(3_000)
})

function judgeOf(found: Partial<Evidence>, rules = [all]) {
  const lists = { log: [], unread: [], letters: [], effects: [], commits: [], ends: [] }
  const done = { faultWindows: [], outages: [] }
  const rest = { acknowledged: new Set<string>(), unaccounted: 0, markedAtUs: () => undefined }
  return judge({ ...lists, ...done, ...rest, ...found }, rules)
}

function entry(eventId: string, offset: number, key = 'key'): LogEntry {
  return { eventId, name: 'inventory.moved', key, ...place, offset, plugin: '', atUs: 0 }
}

function letter(eventId: string, atUs = 0): LogEntry {
  return { ...entry(eventId, 0), plugin: 'all', atUs }
}

function effect(eventId: string, atUs = 0, pid = 1, key = 'key'): SeenEffect {
  return { plugin: 'all', eventId, key, ...place, offset: 0, attempt: 1, atUs, pid }
}
