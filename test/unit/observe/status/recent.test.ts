import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../../../src/observe/metrics.ts'
import { NO_DELIVERIES, pluginTotals } from '../../../../src/observe/status/plugin-totals.ts'
import { recentCounts } from '../../../../src/observe/status/recent-counts.ts'
import { RecentErrors } from '../../../../src/observe/status/recent-errors.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

describe('the totals of plugins', () => {
  it('are those of the metrics, and reading them takes nothing from a scrape', async () => {
    const metrics = createMetrics({ version: '1' })
    metrics.deliveries.tallyOf({ plugin: 'a', outcome: 'processed' }).count += 3
    metrics.deliveries.tallyOf({ plugin: 'a', outcome: 'dead-lettered' }).count += 1
    metrics.deliveryRetries.inc({ plugin: 'a' }, 2)
    metrics.handlerDuration.of({ plugin: 'a' }).observe(0.02)
    const read = async () => (await pluginTotals(metrics)).get('a')
    expect(await read()).toMatchObject({
      ...NO_DELIVERIES,
      processed: 3,
      deadLettered: 1,
      retries: 2,
    })
    expect(await read()).toMatchObject({ processed: 3 })
    expect(await metrics.register.metrics()).toContain(
      'deliveries_total{plugin="a",outcome="processed"} 3',
    )
  })
})

describe('the recent counts', () => {
  const calls = (...counts: [number, number][]) => new Map(counts)
  const totals = (processed: number, of: Map<number, number>) => ({
    ...NO_DELIVERIES,
    processed,
    calls: of,
  })

  it('are what was counted since, with the durations of those calls alone', () => {
    const before = totals(100, calls([0.1, 100], [1, 100], [Infinity, 100]))
    const now = totals(110, calls([0.1, 100], [1, 110], [Infinity, 110]))
    const recent = recentCounts(now, before, 5_000)
    expect(recent).toMatchObject({ processed: 10, overMs: 5_000, p50Ms: 550 })
    expect(recent.p99Ms).toBeCloseTo(991, 0)
  })

  it('have no durations without calls, and the last bound above all bounds', () => {
    const none = totals(0, calls([0.1, 0], [Infinity, 0]))
    expect(recentCounts(none, undefined, 1)).toMatchObject({ p50Ms: null, p99Ms: null })
    const slow = totals(1, calls([0.1, 0], [60, 0], [Infinity, 1]))
    expect(recentCounts(slow, none, 1)).toMatchObject({ p50Ms: 60_000, p99Ms: 60_000 })
  })
})

describe('the recent errors', () => {
  const failure = {
    type: 'TypeError',
    at: 'p.ts:1:2',
    stack: 'at f (p.ts:1:2)',
    message: 'of entity 4711',
  }

  it('are counted by plugin, type, place and what followed, without their messages', () => {
    const clock = new ManualClock(1_000)
    const errors = new RecentErrors(clock)
    errors.add('a', failure, 'retrying')
    clock.pass(5)
    errors.add('a', failure, 'retrying')
    errors.add('a', {}, 'dead-lettered')
    expect(errors.list()).toEqual([
      {
        plugin: 'a',
        type: 'Error',
        at: null,
        stack: [],
        what: 'dead-lettered',
        count: 1,
        lastMs: 1_005,
      },
      {
        ...{ plugin: 'a', type: 'TypeError', at: 'p.ts:1:2', stack: ['at f (p.ts:1:2)'] },
        ...{ what: 'retrying', count: 2, lastMs: 1_005 },
      },
    ])
    expect(JSON.stringify(errors.list())).not.toContain('4711')
  })

  it('are twenty at most, of the last quarter of an hour', () => {
    const clock = new ManualClock(0)
    const errors = new RecentErrors(clock)
    for (let n = 0; n < 50; n += 1) errors.add(`p${n}`, failure, 'retrying')
    errors.add('p31', failure, 'retrying')
    expect(errors.list()).toHaveLength(20)
    expect(errors.list()[0]).toMatchObject({ plugin: 'p31', count: 2 })
    clock.pass(900_001)
    expect(errors.list()).toEqual([])
  })
})
