import { describe, expect, it } from 'vitest'
import { mergePlugins } from '../../../src/console/view/merge-plugins.ts'
import { mergeMinutes } from '../../../src/console/view/minutes.ts'
import { overviewOf } from '../../../src/console/view/overview.ts'
import { partitionsView } from '../../../src/console/view/partitions.ts'
import { ReadRate } from '../../../src/console/view/read-rate.ts'
import type { ReplicaStatus } from '../../../src/status/status-record.ts'
import type { SeenReplica } from '../../../src/status/status-table.ts'
import { pluginStatus, replicaStatus } from '../../support/status.ts'

const ENABLED = () => ({ state: 'enabled' }) as const

function seen(replica: string, more: Partial<ReplicaStatus> = {}): SeenReplica {
  const status = replicaStatus(replica, more)
  return {
    replica,
    ageMs: 1_000,
    state: 'reporting',
    why: null,
    status,
    minutes: [],
    descriptions: [],
  }
}
const silent = (each: SeenReplica): SeenReplica => ({ ...each, state: 'silent', ageMs: 60_000 })
const partition = (number: number, lag: number) => ({
  ...{ topic: 't', partition: number, expected: 9, watermark: 9, committed: 9 },
  ...{ lag, lagMs: 0, parked: null },
})

describe('plugins over all replicas', () => {
  const counts = { ...pluginStatus('a').recent, processed: 30, retries: 3, overMs: 30_000 }
  const oldest = { record: 't/0@1', ageMs: 70_000, attempts: 2, why: 'retrying' }
  const one = seen('one', {
    plugins: [
      pluginStatus('a', { recent: { ...counts, p99Ms: 5 }, waiting: 2, oldest, state: 'paused' }),
      pluginStatus('*'),
    ],
  })
  const two = seen('two', {
    plugins: [pluginStatus('a', { recent: { ...counts, p99Ms: 9 }, waiting: 1, breaker: 'open' })],
    errors: [
      { plugin: 'a', type: 'TypeError', at: null, stack: [], what: 'x', count: 1, lastMs: 1 },
    ],
  })

  it('say in how many it is in which state, and add up what can be added', () => {
    const rows = mergePlugins([one, two], ENABLED)
    expect(rows).toMatchObject([
      {
        ...{ slug: 'a', replicas: 2, states: { paused: 1, enabled: 1 }, breakersOpen: 1 },
        ...{ waiting: 3, perMinute: { handled: 120, failed: 12 }, p99Ms: 9 },
        oldest: { replica: 'one', ageMs: 70_000 },
        errors: [{ type: 'TypeError', replica: 'two' }],
      },
    ])
  })

  it('leave silent replicas out', () => {
    expect(mergePlugins([silent(one), two], ENABLED)).toMatchObject([{ replicas: 1, waiting: 1 }])
  })
})

describe('the overview', () => {
  it('says that partitions are not read, and of what their events wait', () => {
    const parked = { ...partition(1, 7), lagMs: 120_000, parked: 'the registry is unavailable' }
    const soon = { ...partition(2, 7), lagMs: 2_000, parked: 'plugin a has used its share' }
    const unknown = { ...partition(3, 0), lag: null, lagMs: null, parked: 'it has no leader' }
    const of = (...partitions: ReplicaStatus['partitions']) =>
      overviewOf([seen('here', { partitions })], [], [])
    expect(of(partition(0, 7), soon).attention).toEqual([])
    expect(of(parked, soon, unknown).attention).toEqual([
      {
        ...{ severity: 'retrying', what: '2 partitions are not read', link: '/partitions' },
        ...{ why: 't/1: the registry is unavailable', next: 'see what each waits for' },
      },
    ])
    expect(of(unknown).attention).toMatchObject([{ what: '1 partition is not read' }])
  })

  it('says no lag that is not known of all partitions', () => {
    const unknown = { ...partition(3, 0), lag: null, lagMs: null }
    const lagOf = (more: Partial<ReplicaStatus>) => overviewOf([seen('here', more)], [], []).lag
    expect(lagOf({ partitions: [partition(0, 7), partition(1, 5)] })).toBe(12)
    expect(lagOf({ partitions: [partition(0, 7), unknown] })).toBe(null)
    expect(lagOf({ partitions: [partition(0, 7)], omitted: ['partitions'] })).toBe(null)
    expect(overviewOf([], [], []).lag).toBe(null)
  })

  it('names what needs attention, each with its reason and next step', () => {
    const off = () => ({ state: 'paused', by: 'ana', at: '', why: 'a count' }) as const
    const replicas = [
      silent(seen('gone')),
      { ...seen('newer'), state: 'unreadable', why: 'v: expected format 1, got 2' } as const,
      seen('here', {
        plugins: [pluginStatus('a')],
        problems: [{ check: 'topics', why: 'missing' }],
        openDeadLetters: 2,
      }),
    ]
    const overview = overviewOf(replicas, mergePlugins(replicas, off), ['g.status', 'g.control'])
    expect(overview.attention.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      'The console cannot read g.status, g.control: what it shows gets older: Kafka',
      'Replica gone is silent: it ended without saying so, hangs, or has no connection',
      'Replica here is not ready: topics: missing',
      '2 dead letters open: neither redriven nor discarded',
      "Replica newer can't be read: v: expected format 1, got 2",
      'a is paused: ana: a count',
    ])
    expect(overview.replicas).toMatchObject({ reporting: 1, silent: 1, unreadable: 1 })
  })

  it('knows when it does not know', () => {
    expect(overviewOf([], [], [])).toMatchObject({ events: 'unknown', openDeadLetters: null })
    const replicas = [seen('a'), seen('b', { events: 'off', openDeadLetters: null })]
    expect(overviewOf(replicas, [], [])).toMatchObject({
      ...{ events: 'mixed', openDeadLetters: null, readPerMinute: null },
      attention: [{ why: 'EVENTS_ENABLED is false' }],
    })
  })
})

it('says of how many replicas it speaks', () => {
  const replicas = ['a', 'b', 'c', 'd'].map((name) =>
    seen(name, {
      events: name === 'a' ? 'off' : 'on',
      plugins: [
        pluginStatus('x', {
          state: name === 'd' ? 'enabled' : 'paused',
          breaker: name === 'd' ? 'open' : 'closed',
        }),
      ],
    }),
  )
  const paused = () => ({ state: 'paused', by: 'ana', at: '', why: '' }) as const
  const eventsSwitch = { switch: 'events', state: 'off', by: 'ben', at: '', why: 'a move' } as const
  const { attention } = overviewOf(replicas, mergePlugins(replicas, paused), [], { eventsSwitch })
  expect(attention.map(({ what, why }) => `${what}, ${why}`)).toEqual([
    'x fails for many entities: 1 of 4 replicas: its breaker is open, see its log',
    'x: 3 of 4 replicas paused, ana',
    '1 of 4 replicas: event integration is off: events are skipped, not handled, ben: a move',
  ])
})

it('what is read per minute follows the partitions, whoever owns them', () => {
  const rate = new ReadRate()
  const at = (owner: string, ...expected: number[]) => [
    seen(owner, {
      partitions: expected.map((each, n) => ({ ...partition(n, 0), expected: each })),
    }),
  ]
  expect(rate.take(0, at('one', 100, 50))).toBeNull()
  expect(rate.take(5_000, at('two', 110, 50))).toBe(120)
  // One is read again from before, and one is new.
  expect(rate.take(10_000, at('two', 90, 60, 999))).toBe(60)
  expect(rate.take(65_000, at('two', 130, 61))).toBe(31)
  expect(rate.take(1_000_000, at('two', 500, 61))).toBeNull()
})

it('a partition of a silent replica is shown until another reports it', () => {
  const gone = silent(seen('gone', { partitions: [partition(0, 5), partition(1, 6)] }))
  const here = seen('here', { partitions: [partition(1, 0)] })
  expect(partitionsView([gone, here], 100_000)).toMatchObject({
    partitions: [
      { partition: 0, replica: 'gone', isSilent: true },
      { partition: 1, replica: 'here', isSilent: false },
    ],
    replicas: [
      { replica: 'gone', lastMs: 40_000 },
      { replica: 'here', lastMs: 99_000 },
    ],
  })
})

it('the minutes of all replicas are added up, of one plugin if it is named', () => {
  const minute = (handled: number) => ({
    ...{ replica: 'r', minuteMs: 60_000, lag: 2, oldestMs: handled, loopDelayMs: 0 },
    plugins: [
      { slug: 'a', handled, failed: 1 },
      { slug: 'b', handled: 100, failed: 0 },
    ],
  })
  const replicas = [
    { ...seen('one'), minutes: [minute(3)] },
    { ...seen('two'), minutes: [minute(4)] },
  ]
  expect(mergeMinutes(replicas, 'a')).toEqual([
    { minuteMs: 60_000, handled: 7, failed: 2, lag: 4, oldestMs: 4 },
  ])
  expect(mergeMinutes(replicas)).toMatchObject([{ handled: 207 }])
})
