import { describe, expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { createTopics, uniqueName, until } from '../support/stack.ts'
import { type Assignments, assigned } from './assignments.ts'
import { plainMember } from './plain-member.ts'

/** The partitions of a topic that are assigned to members that read it. */
function readPartitions(found: Assignments, topic: string, readers: string[]): number[] {
  return readers.flatMap((reader) => found[reader]?.[topic] ?? []).sort()
}

describe('a new version reads one more topic while the old one still runs', () => {
  const eachMessage = async () => {}

  async function plainRoll(first: 'old' | 'new') {
    const [known, added] = [uniqueName('known'), uniqueName('added')]
    const groupId = uniqueName('plain-group')
    await createTopics({ topic: known, numPartitions: 2 }, { topic: added, numPartitions: 2 })
    const topicsOf = { old: [known], new: [known, added] }
    const order = first === 'old' ? (['old', 'new'] as const) : (['new', 'old'] as const)
    for (const clientId of order) {
      const topics = topicsOf[clientId]
      const member = await plainMember({ groupId, topics, run: { eachMessage }, clientId })
      await until(() => member.joins.length > 0, { what: `${clientId} to join` })
    }
    return readPartitions(await assigned(groupId, ['old', 'new']), added, ['new'])
  }

  it('plain kafkajs leaves the new topic unread while the old version leads', async () => {
    expect(await plainRoll('old')).toEqual([])
  })

  it('plain kafkajs gives some of it to the old version, which ignores it', async () => {
    const read = await plainRoll('new')
    expect(read.length).toBeLessThan(2)
  })

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
    const found = await assigned(s.groupId, ['old', 'new'])
    expect(readPartitions(found, added, ['new'])).toEqual([0, 1, 2, 3])
    expect(readPartitions(found, s.topic, ['old', 'new'])).toEqual([0, 1])

    const events = Array.from({ length: 4 }, (_, n) => moved(`ent_${n}`))
    const placed = events.map((event, n) => ({ ...s.record(event), partition: n % 2 }))
    await s.produce(placed.slice(0, 2))
    await s.produce(placed.slice(2), added)
    await until(() => ids().length >= 4, { what: 'the events of both topics', timeoutMs: 10_000 })
    expect(ids().sort()).toEqual(events.map(({ id }) => id).sort())
  })
})
