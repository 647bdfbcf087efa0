import { describe, expect, it } from 'vitest'
import { withAdmin } from '../support/group.ts'
import { recorder } from '../support/recorder.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { plainTopic, pump } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const membersOf = (groupId: string) =>
  withAdmin(async (admin) => (await admin.describeGroups([groupId])).groups[0]!.members.length)

describe('a member with a name of its own', () => {
  it('is restarted within its session, and nothing moves', async () => {
    const { topic, groupId } = await plainTopic(4)
    await pump(topic, 4)
    const witness = new Witness()
    const options = { topics: [topic], groupId, witness, sessionTimeoutMs: 30_000 }
    const start = (name: string) => startMember({ ...options, name, instanceId: name })
    // The first leads the group, so both a leader and a follower are restarted.
    const members = { first: await start('first'), second: await start('second') }
    const areShared = () => Object.values(members).every((each) => each.reading().length === 2)
    await until(areShared, { what: 'both to read two' })
    for (const [name, other] of [
      ['second', 'first'],
      ['first', 'second'],
    ] as const) {
      const [held, others] = [members[name].reading(), members[other].reading()]
      const epochs = others.map((place) => witness.epochsOf(place))
      await members[name].consumer.stop(10_000)
      // Without it, the other would be given its partitions, unless the restart comes first.
      expect(await membersOf(groupId)).toBe(2)
      members[name] = await start(name)
      await until(areShared, { what: 'it to read two again' })
      expect(members[name].reading()).toEqual(held)
      expect(members[other].reading()).toEqual(others)
      expect(others.map((place) => witness.epochsOf(place))).toEqual(epochs)
    }
    expect(witness.overlaps).toEqual([])
  })

  it('fails when another has taken the name', async () => {
    const { topic, groupId } = await plainTopic(2)
    const options = { topics: [topic], groupId, witness: new Witness(), instanceId: 'pod-0' }
    const first = await startMember({ ...options, name: 'first' })
    await until(() => first.reading().length === 2, { what: 'the first to read both' })
    const second = await startMember({ ...options, name: 'second' })
    await until(() => first.failures.length > 0, { what: 'the first to fail' })
    expect(first.failures[0]).toMatchObject({
      code: 'KAFKA_REFUSED',
      message: expect.stringContaining('FENCED_INSTANCE_ID'),
    })
    await until(() => second.reading().length === 2, { what: 'the second to read both' })
    expect(second.failures).toEqual([])
  })

  it('ends its process with an exit code then', async () => {
    const s = await situation({ plugins: [recorder().plugin], partitions: 2 })
    const settings = {
      ...s.settings,
      PLUGINS: pluginPath('plugins/careful'),
      KAFKA_GROUP_INSTANCE_ID: 'pod-0',
    }
    const first = serve(settings)
    await first.logged('partitions assigned')
    const second = serve(settings)
    await second.logged('partitions assigned')
    expect(await first.ended).toBe(1)
    expect(first.output.out).toContain('FENCED_INSTANCE_ID')
    const members = async () => (await s.members()).map(({ length }) => length)
    expect(await members()).toEqual([2])
    expect(second.log().filter(({ msg }) => msg === 'partitions assigned')).toHaveLength(1)
  })
})
