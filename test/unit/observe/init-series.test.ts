import { expect, it } from 'vitest'
import { initSeries } from '../../../src/observe/init-series.ts'
import { createMetrics } from '../../../src/observe/metrics.ts'

it('shows the counters of each plugin, topic and store at 0 from the start', async () => {
  const metrics = createMetrics({ version: '1' })
  initSeries(metrics, { slugs: ['a', 'b'], topics: ['t'], store: 'memory' })
  const lines = (await metrics.register.metrics()).split('\n')
  const of = (name: string) => lines.filter((line) => line.startsWith(`inventory_events_${name}{`))
  expect(of('delivery_retries_total')).toEqual([
    'inventory_events_delivery_retries_total{plugin="a"} 0',
    'inventory_events_delivery_retries_total{plugin="b"} 0',
  ])
  expect(of('delivery_delays_total')).toHaveLength(2)
  expect(of('dead_letters_total')).toHaveLength(2 * 7 + 1)
  expect(of('deliveries_total')).toHaveLength(2 * 6)
  expect(of('events_skipped_total')).toHaveLength(2 * 3)
  expect(of('filter_decisions_total')).toHaveLength(2 * 3)
  expect(of('out_of_range_total')).toHaveLength(5)
  expect(of('commits_total')).toHaveLength(2)
  expect(of('idempotency_failures_total')).toHaveLength(1)
  const ofCounters = lines.filter((line) => /^inventory_events_\w+_total\{/.test(line))
  expect(ofCounters.filter((line) => !line.endsWith(' 0'))).toEqual([])
})
