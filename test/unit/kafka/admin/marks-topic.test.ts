import { expect, it } from 'vitest'
import {
  createMarksTopic,
  marksFindings,
  marksProblems,
} from '../../../../src/kafka/admin/marks-topic.ts'
import type {
  NewTopic,
  TopicAdmin,
  TopicDescription,
} from '../../../../src/kafka/admin/topic-admin.ts'
import { marksTopicOf } from '../../../../src/topics/names.ts'

const HOUR_MS = 3_600_000
const owner = { groupId: 'group', ttlMs: 24 * HOUR_MS }

const described = (partitions: number, retentionMs = 24 * HOUR_MS): TopicDescription => {
  return {
    partitions,
    retentionMs,
    maxMessageBytes: 1_048_576,
    isMessageLimitFixed: false,
    cleanupPolicy: 'delete',
  }
}

it('is named after topic and group', () => {
  expect(marksTopicOf('a.b', 'group')).toBe('a.b.group.marks')
  expect(marksTopicOf('a', 'my group/1:x')).toBe('a.my-group-1-x.marks')
})

it('is created with the partition count and durability of its input, and retention.ms of the TTL', async () => {
  const created: NewTopic[] = []
  const admin: TopicAdmin = {
    list: async () => [],
    exists: async () => false,
    describe: async () => new Map([['events', described(5)]]),
    create: async (topic) => created.push(topic) === 1,
  }
  const configs = { 'min.insync.replicas': '2', 'retention.ms': '1', 'cleanup.policy': 'compact' }
  const create = () => createMarksTopic(admin, 'events', { replicationFactor: 3, configs }, owner)
  expect(await create()).toBe('events.group.marks: created')
  expect(await create()).toBe('events.group.marks: exists')
  expect(created[0]).toEqual({
    topic: 'events.group.marks',
    partitions: 5,
    replicationFactor: 3,
    configs: {
      'min.insync.replicas': '2',
      'cleanup.policy': 'delete',
      'retention.ms': '86400000',
      'segment.ms': '14400000',
    },
  })
})

it('is a problem when it is missing or has too few partitions, unless its input is missing too', () => {
  const problems = (ledger?: TopicDescription) => {
    const found = new Map([['events', described(3)]])
    if (ledger !== undefined) found.set('events.group.marks', ledger)
    return marksProblems('events', owner, found)
  }
  expect(problems()).toEqual([expect.stringMatching(/^events\.group\.marks: topic does not exist/)])
  expect(problems(described(2))).toEqual([
    'events.group.marks: expected 3 partitions as its input has, got 2',
  ])
  expect(problems(described(3))).toEqual([])
  expect(marksProblems('events', owner, new Map())).toEqual([])
})

const DAY_MS = 24 * HOUR_MS

it.each([
  { ledgerMs: DAY_MS, inputMs: DAY_MS, levels: [] },
  { ledgerMs: Infinity, inputMs: DAY_MS, levels: [] },
  // What is so by default: a day of marks, a week of records.
  { ledgerMs: DAY_MS, inputMs: 7 * DAY_MS, levels: ['info'] },
  { ledgerMs: Infinity, inputMs: Infinity, levels: ['info'] },
  { ledgerMs: 23 * HOUR_MS, inputMs: DAY_MS, levels: ['warn', 'warn'] },
  { ledgerMs: 23 * HOUR_MS, inputMs: HOUR_MS, levels: ['warn'] },
  { ledgerMs: DAY_MS, inputMs: DAY_MS, ttlMs: HOUR_MS, levels: ['warn'] },
])(
  'logs $levels of $ledgerMs ms beside $inputMs ms',
  ({ ledgerMs, inputMs, ttlMs = DAY_MS, levels }) => {
    const found = new Map([
      ['events', described(3, inputMs)],
      ['events.group.marks', described(3, ledgerMs)],
    ])
    const findings = marksFindings('events', { ...owner, ttlMs, defaultTtlMs: DAY_MS }, found)
    expect(findings.map(({ level }) => level)).toEqual(levels)
    expect(findings.map(({ text }) => text).join()).not.toMatch(/\d{6}|NaN|Infinity/)
  },
)
