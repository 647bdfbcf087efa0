import { describe, expect, it } from 'vitest'
import { topicProblems } from '../../../../src/kafka/admin/companion-topics.ts'
import { createWithCompanions } from '../../../../src/kafka/admin/create-topics.ts'
import type {
  NewTopic,
  TopicAdmin,
  TopicDescription,
} from '../../../../src/kafka/admin/topic-admin.ts'

const MIB = 1_048_576
const described = (rows: Record<string, [partitions: number, maxMessageBytes: number]>) =>
  new Map<string, TopicDescription>(
    Object.entries(rows).map(([name, [partitions, maxMessageBytes]]) => [
      name,
      { partitions, maxMessageBytes, retentionMs: Infinity, cleanupPolicy: 'delete' },
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

  it('copy the settings of the input, except its cleanup policy', async () => {
    const created: NewTopic[] = []
    const admin: TopicAdmin = {
      list: async () => [],
      describe: async () => described({ t: [5, 2 * MIB] }),
      create: async (topic) => created.push(topic) > 0,
    }
    const configs = { 'retention.ms': '1000', 'cleanup.policy': 'compact' }
    await createWithCompanions(admin, 't', { partitions: 9, replicationFactor: 3, configs })
    expect(created[0]).toMatchObject({ topic: 't', partitions: 9, configs })
    for (const companion of created.slice(1)) {
      expect(companion).toMatchObject({ partitions: 5, replicationFactor: 3 })
      expect(companion.configs).toEqual({
        'retention.ms': '1000',
        'max.message.bytes': String(2 * MIB + 65_536),
      })
    }
    expect(created.map(({ topic }) => topic)).toEqual(['t', 't.dead-letters', 't.redrive'])
  })
})
