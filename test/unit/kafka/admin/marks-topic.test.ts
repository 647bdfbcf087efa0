import { expect, it } from 'vitest'
import {
  createMarksTopic,
  marksProblems,
  marksWarnings,
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
  return { partitions, retentionMs, maxMessageBytes: 1_048_576, cleanupPolicy: 'delete' }
}

it('is named after topic and group', () => {
  expect(marksTopicOf('a.b', 'group')).toBe('a.b.group.marks')
  expect(marksTopicOf('a', 'my group/1:x')).toBe('a.my-group-1-x.marks')
})

it('is created with the partition count and durability of its input, and retention.ms of the TTL', async () => {
  const created: NewTopic[] = []
  const admin: TopicAdmin = {
    list: async () => [],
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

it.each([
  { ledgerMs: 24 * HOUR_MS, inputMs: 24 * HOUR_MS, warnings: 0 },
  { ledgerMs: Infinity, inputMs: 24 * HOUR_MS, warnings: 0 },
  { ledgerMs: Infinity, inputMs: Infinity, warnings: 1 },
  { ledgerMs: 24 * HOUR_MS, inputMs: 25 * HOUR_MS, warnings: 1 },
  { ledgerMs: 23 * HOUR_MS, inputMs: 24 * HOUR_MS, warnings: 2 },
  { ledgerMs: 23 * HOUR_MS, inputMs: HOUR_MS, warnings: 1 },
])(
  'warns $warnings times of $ledgerMs ms beside $inputMs ms',
  ({ ledgerMs, inputMs, warnings }) => {
    const found = new Map([
      ['events', described(3, inputMs)],
      ['events.group.marks', described(3, ledgerMs)],
    ])
    expect(marksWarnings('events', owner, found)).toHaveLength(warnings)
  },
)
