import { expect, it } from 'vitest'
import {
  countsIn,
  partitionsIn,
  unaccountedIn,
} from '../../../../src/dev/replicas/replica-counts.ts'
import { parseMetrics } from '../../../../src/dev/replicas/scrape.ts'

const replica = (deliveries: number, unaccounted: number) =>
  parseMetrics(`# HELP inventory_events_deliveries_total Deliveries.
inventory_events_filter_decisions_total{plugin="p",decision="wanted"} 5
inventory_events_filter_decisions_total{plugin="p",decision="unwanted"} 9
inventory_events_deliveries_total{plugin="p",outcome="processed"} ${deliveries}
inventory_events_deliveries_total{plugin="p",outcome="duplicate"} 1
inventory_events_deliveries_total{plugin="p",outcome="skipped"} 8
inventory_events_deliveries_total{plugin="*",outcome="dead-lettered"} 1
inventory_events_delivery_retries_total{plugin="p"} 3
inventory_events_consumer_lag{topic="t",partition="4"} 0
inventory_events_unaccounted_deliveries ${unaccounted}
process_cpu_seconds_total 0.5
`)

it('sums the counts of replicas', () => {
  const samples = [...replica(2, 0), ...replica(3, 0)]
  expect([...countsIn(samples)]).toEqual([
    ['p', { wanted: 10, processed: 5, duplicate: 2, retried: 6, deadLettered: 0 }],
    ['*', { wanted: 0, processed: 0, duplicate: 0, retried: 0, deadLettered: 2 }],
  ])
})

it('does not let replicas cancel each other out', () => {
  expect(unaccountedIn([...replica(1, 1), ...replica(1, -1)])).toBe(2)
})

it('finds owned partitions by their lag', () => {
  expect(partitionsIn(replica(1, 0))).toEqual(['t/4'])
})
