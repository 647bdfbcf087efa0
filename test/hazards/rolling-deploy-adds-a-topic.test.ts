import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { createTopics, uniqueName, until } from '../support/stack.ts'
import { type Assignments, assigned } from './assignments.ts'

/** The partitions of a topic that are assigned to members that read it. */
function readPartitions(found: Assignments, topic: string, readers: string[]): number[] {
  return readers.flatMap((reader) => found[reader]?.[topic] ?? []).sort()
}

describe('a new version reads one more topic while the old one still runs', () => {
  it.each([
    ['old', 'new'],
    ['new', 'old'],
  ])('the service reads all of it, whichever version leads: %s', async (leader, other) => {
    const { plugin, ids } = recorder()
    const s = await situation({ plugins: [plugin], partitions: 2 })
    const added = uniqueName('added')
    // Enough partitions that an even share would give some to the old version.
    await createTopics(
      { topic: added, numPartitions: 4 },
      { topic: `${added}.dead-letters`, numPartitions: 4 },
      { topic: `${added}.redrive`, numPartitions: 4 },
    )
    const topics: Record<string, string> = { old: s.topic, new: `${s.topic},${added}` }
    const start = (version: string) =>
      s.start({ KAFKA_TOPICS: topics[version]!, KAFKA_CLIENT_ID: version })
    await start(leader)
    await assigned(s.groupId, [leader])
    await start(other)
    const isRead = async () => {
      const found = await assigned(s.groupId, ['old', 'new'])
      const [ofAdded, ofKnown] = [added, s.topic].map((topic, n) =>
        readPartitions(found, topic, n === 0 ? ['new'] : ['old', 'new']),
      )
      return `${ofAdded}` === '0,1,2,3' && `${ofKnown}` === '0,1'
    }
    await until(isRead, { what: 'all partitions of both topics to be assigned' })

    const events = Array.from({ length: 4 }, (_, n) => moved(`ent_${n}`))
    const placed = events.map((event, n) => ({ ...s.record(event), partition: n % 2 }))
    await s.produce(placed.slice(0, 2))
    await s.produce(placed.slice(2), added)
    await until(() => ids().length >= 4, { what: 'the events of both topics', timeoutMs: 10_000 })
    expect(ids().sort()).toEqual(events.map(({ id }) => id).sort())
  })
})
