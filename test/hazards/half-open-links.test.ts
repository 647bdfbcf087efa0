import { describe, expect, it } from 'vitest'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { plainTopic, pump } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const SESSION_MS = 9_000

describe('connections carry nothing any more, and nobody is told', () => {
  it('a member opens others within its session, and keeps its partitions', async () => {
    const { topic, groupId } = await plainTopic(2)
    await pump(topic, 2)
    const witness = new Witness()
    const link = await openKafkaLink()
    const options = { topics: [topic], groupId, witness, sessionTimeoutMs: SESSION_MS }
    const first = await link.through(() => startMember({ ...options, name: 'first' }))
    await until(() => first.reading().length === 2, { what: 'the first to read both' })
    const second = await startMember({ ...options, name: 'second' })
    await until(() => witness.by('second').length > 0, { what: 'the second to read' })
    link.fallSilent()
    const silentAtMs = performance.now()
    const readsAgain = () => witness.by('first').some(({ atMs }) => atMs > silentAtMs + SESSION_MS)
    await until(readsAgain, { what: 'the first to read again' })
    expect(first.log.filter(({ msg }) => msg === 'lost the membership; joining again')).toEqual([])
    expect(witness.overlaps).toEqual([])
    // One was handed over to the second, and neither moved again.
    const epochs = [0, 1].map((partition) => witness.epochsOf(`${topic}/${partition}`))
    expect(epochs.sort()).toEqual([1, 2])
    // The connection for joins was as dead, and a join may wait for longer than a minute.
    await second.consumer.stop(10_000)
    const hasBoth = () => first.reading().length === 2
    await until(hasBoth, { what: 'the first to join again', timeoutMs: 40_000 })
  })

  it('a member that only the coordinator does not hear gives all up when its session ends', async () => {
    const { topic, groupId } = await plainTopic(2)
    await pump(topic, 2)
    const witness = new Witness()
    const link = await openKafkaLink()
    const options = { topics: [topic], groupId, witness, sessionTimeoutMs: SESSION_MS }
    const first = await link.through(() => startMember({ ...options, name: 'first' }))
    await until(() => first.reading().length === 2, { what: 'the first to read both' })
    const second = await startMember({ ...options, name: 'second' })
    await until(() => second.reading().length === 1, { what: 'the second to read one' })
    for (const api of ['heartbeat', 'commit', 'join'] as const) link.lost.add(api)
    await until(() => second.reading().length === 2, { what: 'the second to read both' })
    expect(first.reading()).toEqual([])
    link.lost.clear()
    await until(() => first.reading().length === 1, { what: 'the first to be a member again' })
    expect(witness.overlaps).toEqual([])
  })
})
