import { expect, it } from 'vitest'
import { Liveness } from '../../../src/kafka/consumer/liveness.ts'
import { OwnedPartition } from '../../../src/kafka/consumer/owned-partition.ts'
import { bindGauges } from '../../../src/observe/bind-gauges.ts'
import { createMetrics } from '../../../src/observe/metrics.ts'

/** A replica that owns partition 1 of 3, with a record of second 90 unsettled, at second 100. */
function reading() {
  const clock = { now: () => 100_000 }
  const metrics = createMetrics({ version: '1' })
  const owned = new OwnedPartition('t', 1, 0, 0)
  owned.ledger.accept(0, 90_000, 1)
  const names = { slugs: ['busy', 'idle'], topics: ['t', 'u'], store: 'memory' }
  bindGauges(metrics, names, {
    clock,
    source: { owned: [owned], signs: new Liveness({ elapsedMs: () => 100_000 }) },
    switches: {
      eventsEnabled: false,
      effectiveStateOf: (slug) => (slug === 'busy' ? 'paused' : 'events-off'),
    },
    watch: {
      *lags() {
        yield { topic: 't', partition: 1, lag: 7, lagMs: 12_000 }
      },
      *widths() {
        yield { topic: 't', partitions: 3 }
      },
      *retentions() {
        yield { topic: 't', retentionMs: 86_400_000 }
      },
    },
    ready: () => [
      { name: 'group', ok: true },
      { name: 'rights', ok: false, why: 'a test' },
    ],
    letters: {
      open: () => [
        { topic: 't.dead-letters', plugin: 'busy', timestampMs: 40_000 },
        { topic: 't.dead-letters', plugin: 'busy', timestampMs: 70_000 },
        { topic: 't.dead-letters', plugin: 'forged', timestampMs: 80_000 },
        { topic: 't.dead-letters', plugin: undefined, timestampMs: 90_000 },
      ],
    },
    pipeline: {
      stats: () => ({ inFlightDeliveries: 4, inFlightBytes: 5, unaccounted: 0 }),
      openBreakers: () => ['idle'],
      backlogs: () => [
        { slug: 'busy', lanes: 2, timestampMs: 90_000 },
        { slug: 'idle', lanes: 0, timestampMs: undefined },
      ],
    },
  })
  return metrics
}

it('connects every gauge to its source', async () => {
  const text = await reading().register.metrics()
  const lines = text.split('\n').filter((line) => /^inventory_events_/.test(line))
  expect(lines.map((line) => line.replace('inventory_events_', ''))).toEqual(
    expect.arrayContaining([
      'consumer_lag{topic="t",partition="1"} 7',
      'consumer_lag_seconds{topic="t",partition="1"} 12',
      'oldest_unsettled_age_seconds{topic="t",partition="1"} 10',
      'topic_partitions{topic="t"} 3',
      'assigned_partitions{topic="t"} 1',
      'assigned_partitions{topic="u"} 0',
      'oldest_delivery_age_seconds{plugin="busy"} 10',
      'oldest_delivery_age_seconds{plugin="idle"} 0',
      'in_flight_lanes{plugin="busy"} 2',
      'in_flight_lanes{plugin="idle"} 0',
      'plugin_state{plugin="busy",state="enabled"} 0',
      'plugin_state{plugin="busy",state="paused"} 1',
      'plugin_state{plugin="busy",state="disabled"} 0',
      'plugin_state{plugin="busy",state="events-off"} 0',
      'plugin_state{plugin="idle",state="paused"} 0',
      'plugin_state{plugin="idle",state="events-off"} 1',
      'topic_retention_seconds{topic="t"} 86400',
      'dead_letters_open{plugin="busy"} 2',
      'dead_letters_open{plugin="idle"} 0',
      'dead_letters_open{plugin="*"} 2',
      'oldest_open_dead_letter_age_seconds{topic="t.dead-letters",plugin="busy"} 60',
      'oldest_open_dead_letter_age_seconds{topic="t.dead-letters",plugin="*"} 20',
      'ready{check="group"} 1',
      'ready{check="rights"} 0',
      'events_enabled 0',
      'breaker_open{plugin="busy"} 0',
      'breaker_open{plugin="idle"} 1',
      'heartbeat_age_seconds 0',
      'fetch_age_seconds 0',
      'in_flight_deliveries 4',
      'in_flight_bytes 5',
      'paused_partitions 0',
      'unaccounted_deliveries 0',
    ]),
  )
})
