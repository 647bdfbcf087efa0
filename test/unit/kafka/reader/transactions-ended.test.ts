import { expect, it } from 'vitest'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import {
  EARLIEST,
  type ListOffsetsAnswer,
  type ListOffsetsBody,
} from '../../../../src/kafka/protocol/requests/list-offsets.ts'
import { transactionsEnded } from '../../../../src/kafka/reader/transactions-ended.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const STATES = { topic: 'states', partition: 3 }
const MARKS = { topic: 'marks', partition: 3 }

/** Two logs, whose ends for all and for those who read what is committed can be set. */
function situation() {
  const clock = new ManualClock()
  const lost = new AbortController()
  const logs = new Map([
    ['states', { end: 10, committed: 10 }],
    ['marks', { end: 20, committed: 20 }],
  ])
  const state = { isAway: false }
  const offsetIn = (topic: string, { isCommittedOnly }: ListOffsetsBody, timestampMs: number) => {
    if (timestampMs === EARLIEST) return 0
    return isCommittedOnly ? logs.get(topic)!.committed : logs.get(topic)!.end
  }
  const cluster = {
    leaderOf: () => ({ nodeId: 1, epoch: 5 }),
    async refresh() {},
    async send(_: number, __: string, ___: unknown, body: ListOffsetsBody) {
      if (state.isAway) throw new Error('the broker is away')
      const partitions = body.topics.flatMap(({ topic, partitions: asked }) =>
        asked.map(({ partition, timestampMs }) => {
          return { topic, partition, errorCode: 0, offset: offsetIn(topic, body, timestampMs) }
        }),
      )
      return { partitions } satisfies ListOffsetsAnswer
    },
  } as unknown as Cluster
  const ended: unknown[] = []
  const begin = () => {
    void transactionsEnded([STATES, MARKS], lost.signal, { cluster, clock }).then(
      () => ended.push('ended'),
      (error) => ended.push(error),
    )
  }
  const run = (ms: number) => clock.advance(ms)
  return { logs, lost, state, ended, begin, run }
}

it('waits for what was written before, and not for what comes later', async () => {
  const s = situation()
  s.logs.set('marks', { end: 30, committed: 25 })
  s.begin()
  await s.run(10_000)
  expect(s.ended).toEqual([])
  s.logs.set('marks', { end: 40, committed: 30 })
  await s.run(100)
  expect(s.ended).toEqual(['ended'])
})

it('fails with the place of a transaction that stays open', async () => {
  const s = situation()
  s.logs.set('marks', { end: 30, committed: 25 })
  s.begin()
  await s.run(59_000)
  expect(s.ended).toEqual([])
  await s.run(2_000)
  expect(s.ended).toEqual([
    expect.objectContaining({
      code: 'KAFKA_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining(
        'cannot read marks/3 from offset 25 on: a transaction has been open there for 1 min',
      ),
    }),
  ])
})

it('fails when the ends of the logs are not known for as long', async () => {
  const s = situation()
  s.state.isAway = true
  s.begin()
  await s.run(61_000)
  expect(s.ended).toEqual([
    expect.objectContaining({
      code: 'KAFKA_UNAVAILABLE',
      message: 'cannot read the end of states/3 for 1 min',
    }),
  ])
})

it('fails at once when the partition is lost', async () => {
  const s = situation()
  s.logs.set('states', { end: 30, committed: 25 })
  s.begin()
  await s.run(100)
  s.lost.abort()
  await s.run(100)
  expect(s.ended).toEqual([expect.objectContaining({ message: expect.stringContaining('lost') })])
})
