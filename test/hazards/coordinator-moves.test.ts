import { describe, expect, it } from 'vitest'
import { machineProbes } from '../../src/dev/stack/probes.ts'
import { startOwnKafka } from '../support/own-kafka.ts'
import { uniqueName, until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { ERRORS } from './kafka-requests.ts'
import { plainTopic, pump } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const noMaven = await machineProbes.maven()

describe('the coordinator of the group', () => {
  it('is looked up again when it says that it is another one, and nothing moves', async () => {
    const { topic, groupId, committed } = await plainTopic(1)
    await pump(topic, 1)
    const witness = new Witness()
    const link = await openKafkaLink()
    const options = { name: 'member', topics: [topic], groupId, witness }
    await link.through(() => startMember(options))
    await until(async () => (await committed(0)) > 0, { what: 'a commit' })
    const lookedUp = () => link.passed.filter(({ api }) => api === 'find-coordinator').length
    const before = lookedUp()
    for (const api of ['commit', 'heartbeat'] as const)
      link.refused.set(api, ERRORS.NOT_COORDINATOR)
    await until(() => lookedUp() > before + 2, { what: 'it to be looked up again' })
    const reached = witness.taken.length
    link.refused.clear()
    await until(async () => (await committed(0)) >= reached, { what: 'a commit of what was read' })
    expect(witness.epochsOf(`${topic}/0`)).toBe(1)
    expect(link.passed.filter(({ what, api }) => what === 'answer' && api === 'sync')).toHaveLength(
      1,
    )
  })

  it.skipIf(noMaven)(
    'is restarted, and members and static members keep what they have',
    async () => {
      const own = await startOwnKafka()
      const topic = uniqueName('bounced')
      const admin = own.kafka.admin()
      await admin.connect()
      await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] })
      await admin.disconnect()
      await pump(topic, 3, own.kafka)
      const witness = new Witness()
      const settings = { KAFKA_BROKERS: own.brokers }
      const options = {
        topics: [topic],
        groupId: topic,
        witness,
        settings,
        sessionTimeoutMs: 30_000,
      }
      const members = [
        await startMember({ ...options, name: 'dynamic' }),
        await startMember({ ...options, name: 'static', instanceId: 'static' }),
        await startMember({ ...options, name: 'other static', instanceId: 'other' }),
      ]
      const areShared = () => members.every(({ reading }) => reading().length === 1)
      await until(areShared, { what: 'one partition for each' })
      const held = members.map(({ reading }) => reading())
      await own.kill()
      await own.start()
      const startedAtMs = performance.now()
      const reads = (name: string) => witness.by(name).some(({ atMs }) => atMs > startedAtMs)
      const goOn = () => ['dynamic', 'static', 'other static'].every(reads)
      await until(goOn, { what: 'all to read again' })
      expect(members.map(({ reading }) => reading())).toEqual(held)
      expect(witness.overlaps).toEqual([])
      expect(members.flatMap(({ failures }) => failures)).toEqual([])
    },
  )
})
