import { describe, expect, it, onTestFinished } from 'vitest'
import type { Intake } from '../../src/pipeline/source.ts'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import { ERRORS, refusalOf } from './kafka-requests.ts'
import { evict } from './leave-group.ts'
import { plainTopic, pump, records } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const isLost = ({ msg }: Record<string, unknown>) => msg === 'lost the membership; joining again'

describe('an answer comes late', () => {
  it('to a heartbeat, after the join that followed: what was assigned since then is kept', async () => {
    const { topic, groupId } = await plainTopic(2)
    await pump(topic, 2)
    const witness = new Witness()
    const link = await openKafkaLink()
    const options = { topics: [topic], groupId, witness }
    const first = await link.through(() => startMember({ ...options, name: 'first' }))
    await until(() => first.reading().length === 2, { what: 'the first to read both' })
    const [sent, synced] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let isJoining = false
    let isAnswered = false
    link.onRequest = ({ api }) => {
      isJoining ||= api === 'join'
      if (isJoining && api === 'heartbeat') sent.resolve()
    }
    link.onAnswer = async (request, answer) => {
      if (request.api === 'join') await sent.promise
      if (request.api === 'sync') synced.resolve()
      if (request.api !== 'heartbeat' || !isJoining || isAnswered) return answer
      isAnswered = true
      await synced.promise
      // As a broker says that reads it only when the group is in the next generation.
      return refusalOf(request, ERRORS.ILLEGAL_GENERATION)
    }
    const second = await startMember({ ...options, name: 'second' })
    const areShared = () => first.reading().length === 1 && second.reading().length === 1
    await until(() => isAnswered && areShared(), { what: 'each to read one' })
    const beats = link.passed.filter(({ api }) => api === 'heartbeat').length
    const hasBeaten = () => link.passed.filter(({ api }) => api === 'heartbeat').length > beats + 4
    await until(hasBeaten, { what: 'heartbeats after that' })
    expect(first.log.filter(isLost)).toEqual([])
    expect(first.reading().map((place) => witness.epochsOf(place))).toEqual([1])
  })

  it('to a fetch, from before the partition was lost and had again: it is dropped', async () => {
    const { topic, groupId, produce } = await plainTopic(1)
    await produce(records(10, 0))
    const witness = new Witness()
    const link = await openKafkaLink()
    // Nothing is committed, so the partition begins at its start once more.
    link.refused.set('commit', ERRORS.COORDINATOR_LOAD_IN_PROGRESS)
    const options = { name: 'member', topics: [topic], groupId, witness }
    const { reading } = await link.through(() => startMember(options))
    await until(() => witness.taken.length === 10, { what: 'the first records' })
    const release = Promise.withResolvers<void>()
    onTestFinished(() => release.resolve())
    let isHeld = false
    link.onAnswer = async ({ api }, answer) => {
      if (api !== 'fetch' || answer.length < 100) return answer
      isHeld = true
      await release.promise
      return answer
    }
    await produce(records(10, 0))
    await until(() => isHeld, { what: 'the next records to be on their way' })
    await evict(groupId, 'member')
    const isBack = () => witness.epochsOf(`${topic}/0`) === 2 && reading().length === 1
    await until(isBack, { what: 'the partition to be had again' })
    release.resolve()
    await until(() => witness.taken.length >= 30, { what: 'all to be read again' })
    const offsets = Array.from({ length: 20 }, (_, n) => n)
    expect(witness.offsetsOf(`${topic}/0`)).toEqual([...offsets.slice(0, 10), ...offsets])
  })

  it('to a record that had to wait, after its partition was lost: it is not taken', async () => {
    const { topic, groupId, produce } = await plainTopic(1)
    await produce(records(1, 0))
    const witness = new Witness()
    const room = Promise.withResolvers<void>()
    let isFull = false
    const offered: boolean[] = []
    const take: Intake['take'] = (epoch, record) => {
      offered.push(epoch.lost.aborted)
      if (isFull) epoch.ledger.accept(record.offset, record.timestampMs, 0)
      if (isFull) return undefined
      isFull = true
      epoch.lost.addEventListener('abort', () => room.resolve())
      return { why: 'there is no room', cleared: room.promise }
    }
    await startMember({ name: 'member', topics: [topic], groupId, witness, intake: { take } })
    await until(() => isFull, { what: 'the record to wait' })
    await evict(groupId, 'member')
    await until(() => offered.length === 2, { what: 'it to be offered again' })
    expect(offered).toEqual([false, false])
  })
})
