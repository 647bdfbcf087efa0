import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { ClusterMonitor } from '../../../../src/kafka/admin/cluster-monitor.ts'
import { OwnedPartition } from '../../../../src/kafka/consumer/owned-partition.ts'
import type { Cluster } from '../../../../src/kafka/protocol/cluster.ts'
import type { ListOffsetsBody } from '../../../../src/kafka/protocol/requests/list-offsets.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

/** An input of two partitions, its dead letters and its marks. */
async function situation() {
  const clock = new ManualClock()
  const lines: { level: string; msg: string; error?: string; what?: string[] }[] = []
  const log = pino(
    { level: 'info', formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  )
  const widths = new Map(['events', 'letters', 'marks'].map((name) => [name, 2]))
  const missing = new Map<string, string>()
  const state = { isAway: false, refusesConfigs: false }
  const leader = { nodeId: 1, epoch: 0 }
  const partitionsOf = (width: number) =>
    new Map(Array.from({ length: width }, (_, partition) => [partition, leader]))
  const cluster = {
    missing,
    async want() {},
    leaderOf: () => leader,
    topic: (name: string) =>
      widths.has(name) ? { partitions: partitionsOf(widths.get(name)!) } : undefined,
    async send(_: number, __: string, ___: unknown, { topics }: ListOffsetsBody) {
      if (state.isAway) throw new Error('the broker is away')
      const partitions = topics.flatMap(({ topic, partitions: asked }) =>
        asked.map(({ partition, timestampMs }) => {
          return { topic, partition, errorCode: 0, offset: timestampMs === -2 ? 0 : 10 }
        }),
      )
      return { partitions }
    },
  }
  const admin = {
    async connect() {},
    async disconnect() {},
    async describeConfigs() {
      if (state.refusesConfigs) throw new Error('not allowed')
      return { resources: [] }
    },
  }
  const owned = [new OwnedPartition('events', 0, 4, 4), new OwnedPartition('events', 1, 10, 10)]
  const monitor = new ClusterMonitor({
    kafka: { admin: () => admin } as never,
    cluster: cluster as unknown as Cluster,
    topics: ['events'],
    sinksOf: () => ['letters', 'marks'],
    owned: () => owned,
    clock,
    log,
  })
  onTestFinished(() => monitor.stop())
  await monitor.start()
  const warnings = () => lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
  return { clock, lines, warnings, widths, missing, state, monitor }
}

it('says no lag of partitions whose end has not been read for long, and that it is not known', async () => {
  const s = await situation()
  const lags = () => [...s.monitor.lags()].map(({ partition, lag }) => [partition, lag])
  expect(lags()).toEqual([
    [0, 6],
    [1, 0],
  ])
  s.state.isAway = true
  await s.clock.advance(25_000)
  expect([lags().length, s.warnings()]).toEqual([2, []])
  await s.clock.advance(10_000)
  expect([lags(), s.warnings()]).toEqual([[], []])
  await s.clock.advance(30_000)
  expect(s.warnings()).toEqual(['cannot look at topics; the last known values stay'])
  expect(s.lines.at(-1)?.error).toBe('the lag of events/0 and of 1 other is not known')
  s.state.isAway = false
  await s.clock.advance(5_000)
  expect(lags()).toHaveLength(2)
  expect(s.lines.at(-1)?.msg).toMatch(/^topics can be looked at again after /)
})

it('names a topic that is narrow or gone, whatever is known of the others', async () => {
  const s = await situation()
  expect(s.monitor.topicsWithFewerPartitions).toEqual([])
  s.widths.delete('marks')
  s.missing.set('marks', 'UNKNOWN_TOPIC_OR_PARTITION')
  await s.clock.advance(5_000)
  expect(s.monitor.topicsWithFewerPartitions).toEqual(['marks'])
  s.widths.set('letters', 1)
  await s.clock.advance(5_000)
  expect(s.monitor.topicsWithFewerPartitions).toEqual(['letters', 'marks'])
  // That is a matter of rights.
  s.missing.set('marks', 'TOPIC_AUTHORIZATION_FAILED')
  await s.clock.advance(5_000)
  expect(s.monitor.topicsWithFewerPartitions).toEqual(['letters'])
})

it('says what it cannot read', async () => {
  const s = await situation()
  s.state.refusesConfigs = true
  await s.clock.advance(30_000)
  expect(s.warnings()).toEqual([])
  await s.clock.advance(5_000)
  expect(s.warnings()).toEqual(['cannot look at topics; the last known values stay'])
  expect(s.lines.at(-1)).toMatchObject({
    what: ['retention', 'retention of dead letters'],
    error: 'not allowed',
  })
})
