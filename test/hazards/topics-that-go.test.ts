import { describe, expect, it } from 'vitest'
import { withAdmin } from '../support/group.ts'
import { createTopics, until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { ERRORS } from './kafka-requests.ts'
import { plainTopic, pump, records } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const remove = (topic: string) => withAdmin((admin) => admin.deleteTopics({ topics: [topic] }))

/** A deletion takes a moment. */
const createAgain = (topic: string) =>
  until(() => createTopics({ topic, numPartitions: 1 }).then(() => true), {
    what: 'it to be created again',
  })

describe('a topic is deleted while it is read', () => {
  it('the other is read all the same, and it is read again when it is back', async () => {
    const [gone, other] = [await plainTopic(2), await plainTopic(2)]
    const witness = new Witness()
    await pump(other.topic, 2)
    await gone.produce(records(5, 0, 1))
    const { topic, groupId } = gone
    const { consumer, failures, reading } = await startMember({
      name: 'member',
      topics: [topic, other.topic],
      groupId,
      witness,
    })
    await until(() => witness.offsetsOf(`${topic}/0`).length === 5, { what: 'it to be read' })
    await remove(topic)
    await until(() => consumer.missingTopics.length > 0, { what: 'it to be missing' })
    const missingAtMs = performance.now()
    const readsOther = () =>
      [0, 1].every((n) =>
        witness.taken.some(
          ({ place, atMs }) => place === `${other.topic}/${n}` && atMs > missingAtMs + 2_000,
        ),
      )
    await until(readsOther, { what: 'the other topic to be read meanwhile' })
    expect(consumer.isJoined).toBe(true)
    await createTopics({ topic, numPartitions: 2 })
    await gone.produce(records(3, 0, 1))
    await until(() => witness.offsetsOf(`${topic}/0`).length === 8, {
      what: 'the new topic to be read',
    })
    expect(witness.offsetsOf(`${topic}/0`)).toEqual([0, 1, 2, 3, 4, 0, 1, 2])
    expect(reading()).toHaveLength(4)
    expect(failures).toEqual([])
    expect(witness.epochsOf(`${other.topic}/0`)).toBe(1)
  })

  it('and created again at once: the new one is read from its own start, under load', async () => {
    const { topic, groupId } = await plainTopic(1)
    const witness = new Witness()
    await pump(topic, 1)
    const link = await openKafkaLink()
    const { failures } = await link.through(() =>
      startMember({ name: 'member', topics: [topic], groupId, witness }),
    )
    await until(() => witness.taken.length > 20, { what: 'it to be read' })
    const before = witness.taken.length
    // The member never sees that there is no such topic for a moment.
    link.lost.add('metadata')
    await remove(topic)
    await createAgain(topic)
    link.lost.delete('metadata')
    const isBeyond = () =>
      witness.offsetsOf(`${topic}/0`).at(-1)! > 40 && witness.epochsOf(`${topic}/0`) > 1
    await until(isBeyond, { what: 'the new one to be read' })
    const offsets = witness.offsetsOf(`${topic}/0`)
    const start = offsets.lastIndexOf(0)
    expect(start).toBeGreaterThanOrEqual(before)
    const fresh = offsets.slice(start)
    expect(fresh).toEqual(fresh.map((_, n) => n))
    expect(failures).toEqual([])
  })

  it('what was completed of it is not committed to the next one of its name', async () => {
    const [gone, other] = [await plainTopic(1), await plainTopic(1)]
    const { topic, groupId } = gone
    await pump(other.topic, 1)
    await gone.produce(records(5, 0))
    const witness = new Witness()
    const link = await openKafkaLink()
    link.refused.set('commit', ERRORS.COORDINATOR_LOAD_IN_PROGRESS)
    const topics = [topic, other.topic]
    const { consumer } = await link.through(() =>
      startMember({ name: 'member', topics, groupId, witness }),
    )
    await until(() => witness.offsetsOf(`${topic}/0`).length === 5, { what: 'it to be read' })
    await remove(topic)
    await until(() => consumer.missingTopics.length > 0, { what: 'it to be missing' })
    // The member does not see that the topic is there again.
    link.lost.add('metadata')
    await createAgain(topic)
    link.commits.length = 0
    link.refused.delete('commit')
    const committed = (name: string) => link.commits.filter((each) => each.topic === name)
    await until(() => committed(other.topic).length > 2, { what: 'the other to be committed' })
    expect(committed(topic)).toEqual([])
  })
})
