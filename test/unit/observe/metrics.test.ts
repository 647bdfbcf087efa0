import { expect, it } from 'vitest'
import { createMetrics } from '../../../src/observe/metrics.ts'

async function linesOf(metrics: ReturnType<typeof createMetrics>, name: string) {
  const text = await metrics.register.metrics()
  return text.split('\n').filter((line) => line.startsWith(`inventory_events_${name}`))
}

it('declares exactly these metrics, each with help that is a sentence', async () => {
  const { register } = createMetrics({ version: '1.2.3' })
  const declared = await register.getMetricsAsJSON()
  const ours = declared.filter(({ name }) => name.startsWith('inventory_events_'))
  expect(ours.map(({ name }) => name.replace('inventory_events_', ''))).toEqual([
    'build_info',
    'heap_limit_bytes',
    'certificate_expiry_timestamp_seconds',
    'records_consumed_total',
    'header_mismatches_total',
    'published_total',
    'filter_decisions_total',
    'events_skipped_total',
    'deliveries_total',
    'delivery_retries_total',
    'delivery_delays_total',
    'dead_letters_total',
    'dead_letter_failures_total',
    'follow_up_events_total',
    'follow_up_failures_total',
    'dead_letter_stubs_total',
    'handler_duration_seconds',
    'batch_events',
    'end_to_end_seconds',
    'breaker_open',
    'plugin_state',
    'ready',
    'events_enabled',
    'consumer_lag',
    'consumer_lag_seconds',
    'oldest_unsettled_age_seconds',
    'oldest_delivery_age_seconds',
    'in_flight_lanes',
    'in_flight_deliveries',
    'in_flight_bytes',
    'topic_retention_seconds',
    'dead_letters_open',
    'oldest_open_dead_letter_age_seconds',
    'topic_partitions',
    'assigned_partitions',
    'heartbeat_age_seconds',
    'fetch_age_seconds',
    'paused_partitions',
    'unaccounted_deliveries',
    'out_of_range_total',
    'offsets_lost_total',
    'rebalances_total',
    'rebalance_duration_seconds',
    'commits_total',
    'idempotency_operation_seconds',
    'idempotency_failures_total',
    'idempotency_conflicts_total',
    'idempotency_lost_leases_total',
    'idempotency_evictions_total',
    'idempotency_unreadable_records_total',
    'gateway_ready',
    'gateway_requests_total',
    'gateway_request_seconds',
    'gateway_unknown_kinds_total',
    'gateway_mistyped_kinds_total',
  ])
  for (const { name, help } of ours) expect(help, name).toMatch(/^[A-Z0-9].*\.$/)
  expect(declared.map(({ name }) => name)).toContain('process_resident_memory_bytes')
})

it('has the version', async () => {
  const metrics = createMetrics({ version: '1.2.3' })
  expect(await linesOf(metrics, 'build_info')).toEqual([
    'inventory_events_build_info{version="1.2.3"} 1',
  ])
})

it('can be created twice in a process, with separate values', async () => {
  const [one, other] = [createMetrics({ version: '1' }), createMetrics({ version: '1' })]
  one.recordsConsumed.inc({ topic: 'a' })
  expect(await linesOf(one, 'records_consumed')).toHaveLength(1)
  expect(await linesOf(other, 'records_consumed')).toEqual([])
})

it('reads gauges at each scrape and drops the series of lost partitions', async () => {
  const metrics = createMetrics({ version: '1' })
  let owned = [0, 1]
  metrics.consumerLag.readFrom(() =>
    owned.map((partition) => ({ topic: 'a', partition, value: partition * 10 })),
  )
  expect(await linesOf(metrics, 'consumer_lag')).toEqual([
    'inventory_events_consumer_lag{topic="a",partition="0"} 0',
    'inventory_events_consumer_lag{topic="a",partition="1"} 10',
  ])
  owned = [1]
  expect(await linesOf(metrics, 'consumer_lag')).toEqual([
    'inventory_events_consumer_lag{topic="a",partition="1"} 10',
  ])
})

it('has a gauge without labels from the start, with its source value later', async () => {
  const metrics = createMetrics({ version: '1' })
  expect(await linesOf(metrics, 'in_flight_bytes')).toEqual(['inventory_events_in_flight_bytes 0'])
  metrics.inFlightBytes.readFrom(() => [{ value: 7 }])
  expect(await linesOf(metrics, 'in_flight_bytes')).toEqual(['inventory_events_in_flight_bytes 7'])
})
