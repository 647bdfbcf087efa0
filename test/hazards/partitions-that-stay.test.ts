import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { until } from '../support/stack.ts'
import { openKafkaLink } from './kafka-link.ts'
import type { Member } from './member.ts'
import { plainMember, plainTopic, pump, records } from './plain-member.ts'
import { startMember, Witness } from './witness.ts'

const PARTITIONS = 6
const HANDLER_MS = 5_000
/** Of a session, of a drain and of stopping. */
const LIMIT_MS = 30_000
/** A pause in which a limit was waited for is longer. It was 0.1 to 0.3 s where nothing else ran. */
const PAUSE_MAX_MS = LIMIT_MS / 2

describe('members join, leave and are rolled', () => {
  it('plain kafkajs stops all partitions of all members until the slowest handler is done', async () => {
    const { topic, groupId, produce } = await plainTopic(2)
    await produce(records(1, 0))
    let hasEnded = false
    let isRunning = false
    const eachMessage = async () => {
      isRunning = true
      await sleep(HANDLER_MS)
      hasEnded = true
    }
    const member = { groupId, topics: [topic], run: { eachMessage } }
    await plainMember(member)
    await until(() => isRunning, { what: 'the handler to run' })
    await plainMember(member)
    expect(hasEnded).toBe(true)
  })

  it('the service goes on with all that stays, however long the others take', async () => {
    const { topic, groupId } = await plainTopic(PARTITIONS)
    await pump(topic, PARTITIONS)
    const witness = new Witness()
    const link = await openKafkaLink()
    const gate = Promise.withResolvers<void>()
    onTestFinished(() => gate.resolve())
    const options = { topics: [topic], groupId, witness }
    // What the first hands over is being drained for as long as the gate is shut.
    const release = () => gate.promise.then(() => 'drained' as const)
    const first = await link.through(() =>
      startMember({ ...options, name: 'first', intake: { release } }),
    )
    await until(() => first.reading().length === PARTITIONS, { what: 'the first to read all' })
    const second = await startMember({ ...options, name: 'second' })
    await until(() => first.reading().length === PARTITIONS / 2, {
      what: 'half of it to be drained',
    })
    const stay = first.reading()
    const drainsAtMs = performance.now()
    const goesOn = () =>
      stay.every((place) =>
        witness.taken.some((each) => each.place === place && each.atMs > drainsAtMs + 2_000),
      )
    await until(goesOn, { what: 'the partitions that stay to be read meanwhile' })
    expect(second.reading()).toEqual([])
    gate.resolve()
    await until(() => second.reading().length === PARTITIONS / 2, {
      what: 'the second to read half',
    })
    expect(first.reading()).toEqual(stay)
    expect(stay.map((place) => witness.epochsOf(place))).toEqual(stay.map(() => 1))
    expect(witness.overlaps).toEqual([])
  })

  it('the service pauses what moves for a moment only', async () => {
    const { topic, groupId } = await plainTopic(PARTITIONS)
    await pump(topic, PARTITIONS)
    const witness = new Witness()
    const all = Array.from({ length: PARTITIONS }, (_, partition) => `${topic}/${partition}`)
    const limits = { sessionTimeoutMs: LIMIT_MS, rebalanceDrainMs: LIMIT_MS }
    const start = (name: string) =>
      startMember({ topics: [topic], groupId, witness, name, ...limits })
    const shared = (...members: Member[]) =>
      until(
        () => members.every(({ reading }) => reading().length === PARTITIONS / members.length),
        {
          what: `each of ${members.length} to have its share`,
        },
      )
    const [first, second] = [await start('first'), await start('second')]
    await shared(first, second)
    const sinceMs = performance.now()
    const third = await start('third')
    await shared(first, second, third)
    await second.consumer.stop(LIMIT_MS)
    await shared(first, third)
    const rolled = await start('second, of the next version')
    await shared(first, third, rolled)
    const kept = all.filter((place) =>
      witness.taken.every(
        (each) => each.place !== place || each.atMs < sinceMs || each.by === 'first',
      ),
    )
    await until(
      () =>
        all.every((place) =>
          witness.taken.some((each) => each.place === place && each.atMs > performance.now() - 500),
        ),
      { what: 'all to be read at the end' },
    )
    for (const place of all) expect(witness.longestGapMs(place, sinceMs)).toBeLessThan(PAUSE_MAX_MS)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.map((place) => witness.epochsOf(place))).toEqual(kept.map(() => 1))
    expect(all.map((place) => new Set(witness.offsetsOf(place)).size)).toEqual(
      all.map((place) => witness.offsetsOf(place).length),
    )
    expect(witness.overlaps).toEqual([])
  })
})
