import { describe, expect, it } from 'vitest'
import { topicProblems } from '../../../../src/kafka/admin/companion-topics.ts'
import { createWithCompanions } from '../../../../src/kafka/admin/create-topics.ts'
import { groupTopicProblems } from '../../../../src/kafka/admin/group-topics.ts'
import { stateProblems } from '../../../../src/kafka/admin/state-topic.ts'
import type {
  NewTopic,
  TopicAdmin,
  TopicDescription,
} from '../../../../src/kafka/admin/topic-admin.ts'
import { groupTopicsOf, stateTopicOf } from '../../../../src/topics/names.ts'

const MIB = 1_048_576
const DAY_MS = 86_400_000
const described = (rows: Record<string, [partitions: number, maxMessageBytes: number]>) =>
  new Map<string, TopicDescription>(
    Object.entries(rows).map(([name, [partitions, maxMessageBytes]]) => [
      name,
      {
        partitions,
        maxMessageBytes,
        isMessageLimitFixed: false,
        retentionMs: Infinity,
        cleanupPolicy: 'delete',
      },
    ]),
  )

describe('companion topics', () => {
  it('have no problems with enough partitions and room for the headers', () => {
    const found = described({
      t: [3, MIB],
      't.dead-letters': [3, MIB + 65_536],
      't.redrive': [4, 2 * MIB],
    })
    expect(topicProblems('t', found)).toEqual([])
  })

  it('are reported with what is wrong', () => {
    const found = described({ t: [3, MIB], 't.dead-letters': [2, MIB] })
    expect(topicProblems('t', found)).toEqual([
      't.dead-letters: expected 3 partitions as its input has, got 2',
      't.dead-letters: expected max.message.bytes of at least 1114112, got 1048576',
      't.redrive: topic does not exist; create it with "inventory-events topics create"',
    ])
    expect(topicProblems('t', new Map())).toHaveLength(1)
  })

  it('copy the settings of the input, except what it removes', async () => {
    const configs = {
      'min.insync.replicas': '2',
      'retention.ms': '1000',
      'retention.bytes': '1000',
      'cleanup.policy': 'compact',
    }
    const created = await creation({ configs, retentionMs: 1_000 })
    expect(created[0]).toMatchObject({ topic: 't', partitions: 9, configs })
    for (const companion of created.slice(1)) {
      expect(companion).toMatchObject({ partitions: 5, replicationFactor: 3 })
      expect(companion.configs).toEqual({
        'min.insync.replicas': '2',
        'retention.ms': String(30 * DAY_MS),
        'max.message.bytes': String(2 * MIB + 65_536),
      })
    }
    expect(created.map(({ topic }) => topic)).toEqual(['t', 't.dead-letters', 't.redrive'])
  })

  it.each([
    ['7 days', 7 * DAY_MS, String(30 * DAY_MS)],
    ['90 days', 90 * DAY_MS, String(90 * DAY_MS)],
    ['for ever', Infinity, '-1'],
  ])(
    'are kept for 30 days, or as long as an input that is kept %s',
    async (_, retentionMs, kept) => {
      const [, ...companions] = await creation({ configs: {}, retentionMs })
      expect(companions.map(({ configs }) => configs['retention.ms'])).toEqual([kept, kept])
    },
  )
})

/** Settings of an input that a cluster does not describe. */
const UNDESCRIBED = {
  maxMessageBytes: undefined,
  retentionMs: undefined,
  cleanupPolicy: undefined,
}

describe('a cluster with rules of its own', () => {
  it('is not asked for a message limit that nobody can change', async () => {
    const [, ...companions] = await creation({ configs: {}, isMessageLimitFixed: true })
    expect(companions.map(({ configs }) => Object.keys(configs))).toEqual([
      ['retention.ms'],
      ['retention.ms'],
    ])
    const fixed = { ...described({ t: [1, MIB] }).get('t')!, isMessageLimitFixed: true }
    const names = ['t', 't.dead-letters', 't.redrive']
    expect(topicProblems('t', new Map(names.map((name) => [name, fixed])))).toEqual([])
  })

  it('may describe nothing but partitions', async () => {
    const [, ...companions] = await creation({ configs: {}, ...UNDESCRIBED })
    const kept = { 'retention.ms': String(30 * DAY_MS) }
    expect(companions.map(({ configs }) => configs)).toEqual([kept, kept])
    const topic = { ...described({ t: [1, MIB] }).get('t')!, ...UNDESCRIBED }
    const names = ['t', 't.dead-letters', 't.redrive']
    expect(topicProblems('t', new Map(names.map((name) => [name, topic])))).toEqual([])
    const ofGroup = groupTopicsOf('g').map((name) => [name, topic] as const)
    expect(groupTopicProblems('g', new Map(ofGroup))).toEqual([])
    const withState = ['t', stateTopicOf('t', 'g')].map((name) => [name, topic] as const)
    expect(stateProblems('t', 'g', new Map(withState))).toEqual([])
  })
})

async function creation({
  configs,
  ...described
}: { configs: Record<string, string> } & Partial<TopicDescription>): Promise<NewTopic[]> {
  const created: NewTopic[] = []
  const input: TopicDescription = {
    partitions: 5,
    maxMessageBytes: 2 * MIB,
    isMessageLimitFixed: false,
    retentionMs: Infinity,
    cleanupPolicy: 'delete',
    ...described,
  }
  const admin: TopicAdmin = {
    list: async () => [],
    exists: async () => false,
    describe: async () => new Map([['t', input]]),
    create: async (topic) => created.push(topic) > 0,
  }
  await createWithCompanions(admin, 't', { partitions: 9, replicationFactor: 3, configs })
  return created
}
