import { describe, expect, it } from 'vitest'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { type Assignments, assigned } from './assignments.ts'
import { plainMember, plainTopic } from './plain-member.ts'

const PARTITIONS = 6
const REPLICAS = ['a', 'b', 'c']

/** How many partitions changed owner between two assignments. */
function movedBetween(before: Assignments, after: Assignments, topic: string): number {
  const ownerIn = (all: Assignments, partition: number) =>
    Object.keys(all).find((id) => all[id]?.[topic]?.includes(partition))
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
  return partitions.filter((each) => ownerIn(before, each) !== ownerIn(after, each)).length
}

/** Starts replicas one by one; returns how many partitions each one after the first moved. */
async function moves(
  groupId: string,
  topic: string,
  start: (clientId: string) => Promise<unknown>,
): Promise<number[]> {
  const counts: number[] = []
  let before: Assignments | undefined
  for (const [i, clientId] of REPLICAS.entries()) {
    await start(clientId)
    const after = await assigned(groupId, REPLICAS.slice(0, i + 1))
    if (before !== undefined) counts.push(movedBetween(before, after, topic))
    before = after
  }
  return counts
}

describe('replicas join one after the other', () => {
  it('plain kafkajs moves more partitions than necessary', async () => {
    const { topic, groupId } = await plainTopic(PARTITIONS)
    const run = { eachMessage: async () => {} }
    const counts = await moves(groupId, topic, (clientId) =>
      plainMember({ groupId, topics: [topic], run, clientId }),
    )
    expect(counts[1]).toBeGreaterThan(2)
  })

  it('the service moves only the partitions that the newcomer gets', async () => {
    const s = await situation({ plugins: [recorder().plugin], partitions: PARTITIONS })
    const counts = await moves(s.groupId, s.topic, (id) => s.start({ KAFKA_CLIENT_ID: id }))
    expect(counts).toEqual([3, 2])
  })
})
