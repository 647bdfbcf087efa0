import { expect, it } from 'vitest'
import type { Evidence, LogEntry, SeenEffect } from '../../faults/evidence.ts'
import type { PluginRule } from '../../faults/plugin-rules.ts'
import { judge } from '../../faults/verdict.ts'

const all: PluginRule = { slug: 'all', wants: () => true, isDoomed: (id) => id === 'doomed' }

it('is content when everything wanted was done once, in order, or dead-lettered', () => {
  const verdict = judgeOf({
    log: [entry('a', 0), entry('doomed', 1), entry('b', 2)],
    letters: [letter('doomed', 15)],
    effects: [effect('a', 10), effect('b', 20)],
    commits: [{ atUs: 25, partition: 0, committed: 3 }],
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
  expect(problems).toEqual(['1 lost: all b at 0@1'])
})

it('sees an acknowledged event that is not in the topic', () => {
  const { problems } = judgeOf({ acknowledged: new Set(['a']) })
  expect(problems).toEqual(['1 acknowledged, but not in the topic: a'])
})

it('lets a process that was killed do something twice, and nobody else', () => {
  const log = [entry('a', 0)]
  const effects = [effect('a', 10, 1), effect('a', 2_010, 2)]
  const hurt = judgeOf({ log, effects, victims: new Set([1]) })
  expect(hurt).toMatchObject({ duplicates: 1, problems: [] })
  expect(judgeOf({ log, effects }).problems).toEqual([
    '1 done twice though nobody was hurt: all a at 0@0: process 1, 2 ms later 2',
  ])
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
  expect(judgeOf({ log, effects, victims: new Set([1]) }).orderBreaks).toBe(0)
})

it('sees a commit above what was not done yet, though it is done later', () => {
  const log = [entry('a', 0), entry('b', 1)]
  const effects = [effect('a', 10), effect('b', 30)]
  const commits = [
    { atUs: 15, partition: 0, committed: 1 },
    { atUs: 20, partition: 0, committed: 2 },
  ]
  expect(judgeOf({ log, effects, commits }).problems).toEqual([
    '1 committed before it was done: b at 0@1, committed 2',
  ])
})

it('sees a committed offset that goes back', () => {
  const commits = [
    { atUs: 15, partition: 0, committed: 5 },
    { atUs: 20, partition: 0, committed: 2 },
  ]
  expect(judgeOf({ commits }).problems).toEqual([
    '1 committed offset went back: partition 0 from 5 to 2',
  ])
})

it('sees dead letters of good events, offsets not committed, and what the books do not know', () => {
  const { problems } = judgeOf({
    log: [entry('a', 0)],
    letters: [letter('a')],
    ends: [{ partition: 0, committed: 0, end: 1 }],
    unaccounted: 2,
  })
  expect(problems).toEqual([
    '1 wrong dead letters: all a',
    '1 not committed: partition 0: 0 of 1',
    '2 deliveries unaccounted for',
  ])
})

it('measures the longest time without an effect of a partition', () => {
  const effects = [effect('a', 0), effect('b', 3_000_000), effect('c', 3_500_000)]
  expect(judgeOf({ effects }).longestPauseMs).toBe(3_000)
})

function judgeOf(found: Partial<Evidence>) {
  const nothing = { log: [], letters: [], effects: [], commits: [], ends: [], unaccounted: 0 }
  const sets = { acknowledged: new Set<string>(), victims: new Set<number>() }
  return judge({ ...nothing, ...sets, ...found }, [all])
}

function entry(eventId: string, offset: number, key = 'key'): LogEntry {
  return { eventId, name: 'inventory.moved', key, partition: 0, offset, plugin: '', atUs: 0 }
}

function letter(eventId: string, atUs = 0): LogEntry {
  return { ...entry(eventId, 0), plugin: 'all', atUs }
}

function effect(eventId: string, atUs = 0, pid = 1, key = 'key'): SeenEffect {
  const place = { topic: 'topic', partition: 0, offset: 0 }
  return { plugin: 'all', eventId, key, ...place, attempt: 1, atUs, pid }
}
