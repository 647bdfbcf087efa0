import type { Row } from './panel.ts'
import { metric, PLUGIN, rate, TOPIC } from './promql.ts'
import { gateway } from './rows-gateway.ts'
import { decode, fetch, order, route } from './rows-intake.ts'
import { commit, handle, retry, runtime, scaling } from './rows-outcome.ts'

const WAY = `
The rows follow an event through the service: **fetch → route → decode → order → handle → settle → commit**, after the *Gateway* that may have
published it. *Headlines* show whether all is well.
If not, look at the first row that is unusual: lag with few deliveries in flight is *Fetch*, many lanes are *Order*, slow or failing calls are
 *Handle* and *Retry and dead letters*, old events without work are *Commit and rebalance*. A panel with a link in its corner leads to the runbook
of its alert. Select a **Plugin** at the top to see its filter, handler, errors and lag.
`.trim()

const headlines: Row = {
  title: 'Headlines',
  text: WAY,
  panels: [
    {
      title: 'Events read',
      description: 'Records read from Kafka per second, wanted by a plugin or not.',
      unit: 'ops',
      queries: [[`sum(${rate('records_consumed_total', 'topic', TOPIC)})`, 'events']],
      kind: 'stat',
      width: 3,
    },
    {
      title: 'Lag',
      description:
        'Age of the oldest event that is not completed. An alert fires if it grows above a minute.',
      unit: 's',
      queries: [[`max(${metric('consumer_lag_seconds', TOPIC)})`, 'lag']],
      alerts: ['LagGrowing'],
      kind: 'stat',
      thresholds: { warning: 60, critical: 900 },
      width: 3,
    },
    {
      title: 'In flight',
      description: 'Queued or running deliveries in all replicas.',
      unit: 'short',
      queries: [[`sum(${metric('in_flight_deliveries')})`, 'deliveries']],
      kind: 'stat',
      width: 3,
    },
    {
      title: 'Slowest calls',
      description: 'The 99th percentile of handler calls of the selected plugins.',
      unit: 's',
      queries: [
        [
          `histogram_quantile(0.99, ${rate('handler_duration_seconds_bucket', 'le', PLUGIN)})`,
          'p99',
        ],
      ],
      kind: 'stat',
      width: 3,
    },
    {
      title: 'Dead letters (1 h)',
      description:
        'Events that are not retried any more. An operator has to inspect them, and may redrive them.',
      unit: 'short',
      queries: [[`sum(increase(${metric('dead_letters_total')}[1h]))`, 'dead letters']],
      alerts: ['DeadLetters'],
      kind: 'stat',
      thresholds: { warning: 1 },
      width: 3,
    },
    {
      title: 'Plugins down',
      description:
        'Plugins whose circuit breaker is open: their deliveries are held until a probe succeeds.',
      unit: 'short',
      queries: [
        [`count(max by (plugin) (${metric('breaker_open')}) == 1) or vector(0)`, 'plugins'],
      ],
      alerts: ['BreakerOpen'],
      kind: 'stat',
      thresholds: { critical: 1 },
      width: 3,
    },
    {
      title: 'Replicas',
      description: 'Replicas that can be scraped.',
      unit: 'short',
      queries: [[`count(${metric('build_info')})`, 'replicas']],
      alerts: ['ReplicaAbsent'],
      kind: 'stat',
      width: 3,
    },
    {
      title: 'Unaccounted for',
      description: 'Deliveries accepted minus those ended or in flight. Any value but 0 is a bug.',
      unit: 'short',
      queries: [[`sum(${metric('unaccounted_deliveries')})`, 'deliveries']],
      alerts: ['Unaccounted'],
      kind: 'stat',
      thresholds: { critical: 1 },
      width: 3,
    },
  ],
}

export const rows: readonly Row[] = [
  headlines,
  gateway,
  fetch,
  route,
  decode,
  order,
  handle,
  retry,
  commit,
  scaling,
  runtime,
]
