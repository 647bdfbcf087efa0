import { describe, expect, it } from 'vitest'
import type { Evidence, LogEntry, SeenEffect } from '../../faults/evidence.ts'
import type { PluginRule } from '../../faults/plugin-rules.ts'
import { judge } from '../../faults/verdict.ts'

const all: PluginRule = { slug: 'all', wants: () => true, isDoomed: (id) => id === 'doomed' }
const place = { topic: 'topic', partition: 0 }

it('passes if every wanted event was processed once, in order, or dead-lettered', () => {
  const verdict = judgeOf({
    log: [entry('a', 0), entry('doomed', 1), entry('b', 2)],
    letters: [letter('doomed', 15)],
    effects: [effect('a', 10), effect('b', 20)],
    commits: [{ atUs: 25, ...place, committed: 3 }],
  })
  expect(verdict).toMatchObject({ published: 3, lost: 0, duplicates: 0, orderBreaks: 0 })
  expect(verdict.problems).toEqual([])
})

it('detects an event without an effect', () => {
  const { lost, problems } = judgeOf({
    log: [entry('a', 0), entry('b', 1)],
    effects: [effect('a')],
  })
  expect(lost).toBe(1)
  expect(problems).toEqual(['1 lost: all b at topic/0@1'])
})

it('detects an acknowledged event that is not in the topic', () => {
  const { problems } = judgeOf({ acknowledged: new Set(['a']) })
  expect(problems).toEqual(['1 acknowledged but not in the topic: a'])
})

describe('a duplicate effect', () => {
  const log = [entry('a', 0)]
  const killed = { pid: 1, fromUs: 20, toUs: Infinity }
  const twice = [effect('a', 10, 1), effect('a', 9_000_010, 2)]
  const problem = '1 processed twice without a fault between effect and mark'

  it('is explained if the first process was killed between effect and mark', () => {
    const faultWindows = [killed]
    expect(judgeOf({ log, effects: twice, faultWindows })).toMatchObject({
      duplicates: 1,
      problems: [],
    })
    const markedAtUs = () => 9_000_020
    expect(judgeOf({ log, effects: twice, faultWindows, markedAtUs }).problems).toEqual([])
  })

  it('is not explained without a fault, or by one of another process', () => {
    const told = `${problem}: all a at topic/0@0: process 1, 9000 ms later 2`
    expect(judgeOf({ log, effects: twice }).problems).toEqual([told])
    const faultWindows = [{ ...killed, pid: 3 }]
    expect(judgeOf({ log, effects: twice, faultWindows }).problems).toEqual([told])
  })

  it('is not explained if the mark was written long before the kill', () => {
    const faultWindows = [{ ...killed, fromUs: 8_000_000 }]
    const { problems } = judgeOf({ log, effects: twice, faultWindows, markedAtUs: () => 30 })
    expect(problems).toHaveLength(1)
  })

  it('is explained by a broker outage between effect and mark, not by one before', () => {
    const problemsWith = (fromUs: number, toUs: number) =>
      judgeOf({ log, effects: twice, outages: [{ fromUs, toUs }] }).problems
    expect(problemsWith(5, 12)).toEqual([])
    expect(problemsWith(20, 40)).toEqual([])
    expect(problemsWith(1, 9)).toHaveLength(1)
  })

  it('is not explained if the process had recovered before the effect', () => {
    const faultWindows = [{ pid: 1, fromUs: 1, toUs: 5 }]
    expect(judgeOf({ log, effects: twice, faultWindows }).problems).toHaveLength(1)
  })

  it('is explained if a process was frozen in its handler and another took over', () => {
    const faultWindows = [{ pid: 2, fromUs: 5, toUs: 9_500_000 }]
    expect(judgeOf({ log, effects: twice, faultWindows }).problems).toEqual([])
  })

  it('is not explained if that process read the event after it was resumed', () => {
    const faultWindows = [{ pid: 2, fromUs: 5, toUs: 9_500_000 }]
    const late = [{ ...entry('a', 0), atUs: 8_000_000 }]
    const effects = [effect('a', 8_500_000, 1), effect('a', 9_000_010, 2)]
    expect(judgeOf({ log: late, effects, faultWindows }).problems).toHaveLength(1)
  })

  it('is never explained if effect and mark are one transaction', () => {
    const rules = [{ ...all, isExact: true }]
    expect(judgeOf({ log, effects: twice, faultWindows: [killed] }, rules).problems).toEqual([
      '1 extra effects of a transactional plugin: all a at topic/0@0: process 1, 9000 ms later 2',
    ])
  })
})

it('detects effects of a key in another order than its records', () => {
  const log = [entry('a', 0), entry('b', 1), entry('c', 2, 'other')]
  const effects = [effect('c', 5, 1, 'other'), effect('b', 10), effect('a', 20)]
  const { orderBreaks, problems } = judgeOf({ log, effects })
  expect(orderBreaks).toBe(1)
  expect(problems).toEqual(['1 out of order: all key: a after b'])
})

it('ignores the order of repeated effects', () => {
  const log = [entry('a', 0), entry('b', 1)]
  const effects = [effect('a', 10, 1), effect('b', 20, 1), effect('a', 30, 2)]
  expect(judgeOf({ log, effects }).orderBreaks).toBe(0)
})

it('follows a key that moved to another partition when partitions were added', () => {
  const log = [
    { ...entry('a', 7), atUs: 1 },
    { ...entry('b', 0), partition: 1, atUs: 2 },
  ]
  const inOrder = [effect('a', 10), { ...effect('b', 20), partition: 1 }]
  expect(judgeOf({ log, effects: inOrder }).orderBreaks).toBe(0)
  const turned = [{ ...effect('b', 10), partition: 1 }, effect('a', 20)]
  expect(judgeOf({ log, effects: turned }).orderBreaks).toBe(1)
})

it('expects no effect of records that retention removed unread, but of all others', () => {
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

it('detects a commit above an uncompleted event, even if that completes later', () => {
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

it('detects a committed offset that moves back', () => {
  const commits = [
    { atUs: 15, ...place, committed: 5 },
    { atUs: 20, ...place, committed: 2 },
  ]
  expect(judgeOf({ commits }).problems).toEqual([
    '1 committed offset went back: topic/0 from 5 to 2',
  ])
})

it('detects dead letters of good events, uncommitted offsets, and unaccounted deliveries', () => {
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

it('measures the longest time without an effect in a partition', () => {
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
