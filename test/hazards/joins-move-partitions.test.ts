import { describe, expect, it } from 'vitest'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { type Assignments, shared } from './assignments.ts'

const PARTITIONS = 6
const REPLICAS = ['a', 'b', 'c']

/** How many partitions changed owner between two assignments. */
function movedBetween(before: Assignments, after: Assignments, topic: string): number {
  const ownerIn = (all: Assignments, partition: number) =>
    Object.keys(all).find((id) => all[id]?.[topic]?.includes(partition))
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
  return partitions.filter((each) => ownerIn(before, each) !== ownerIn(after, each)).length
}

describe('replicas join one after the other', () => {
  it('the service moves only the partitions that the newcomer gets', async () => {
    const s = await situation({ plugins: [recorder().plugin], partitions: PARTITIONS })
    const found: Assignments[] = []
    for (const [i, clientId] of REPLICAS.entries()) {
      await s.start({ KAFKA_CLIENT_ID: clientId })
      found.push(await shared(s.groupId, s.topic, REPLICAS.slice(0, i + 1)))
    }
    const [one, two, three] = found as [Assignments, Assignments, Assignments]
    expect(movedBetween(one, two, s.topic)).toBe(3)
    expect(movedBetween(two, three, s.topic)).toBe(2)
  })
})
