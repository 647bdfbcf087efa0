import type { Row } from './panel.ts'
import { metric, PLUGIN, rate, TOPIC } from './promql.ts'
import { gateway } from './rows-gateway.ts'
import { decode, fetch, order, route } from './rows-intake.ts'
import { commit, handle, retry, runtime, scaling } from './rows-outcome.ts'

const WAY = `
An event goes **fetch → route → decode → order → handle → settle → commit**; so do the rows, behind that of the *Gateway*, by which it
may have come. *Headlines* say whether all is well.
Where not, the first row that looks odd is where to look: lag with little under way is *Fetch*, many lanes are *Order*, slow or failing
calls are *Handle* and *Retry and dead letters*, old events without work are *Commit and rebalance*. A panel with an arrow in its corner links
to the runbook of its alert. Pick **Plugin** at the top to see what its filter wants, how its handler does, its errors and its lag.
`.trim()

const headlines: Row = {
  title: 'Headlines',
  text: WAY,
  panels: [
    {
      title: 'Events read',
      description: 'Records taken from Kafka in a second, whether a plugin wants them or not.',
      unit: 'ops',
      queries: [[`sum(${rate('records_consumed_total', 'topic', TOPIC)})`, 'events']],
      kind: 'stat',
      width: 3,
    },
    {
      title: 'Lag',
      description:
        'For how long the oldest event that is not completed has waited. An alert if it grows beyond a minute.',
      unit: 's',
      queries: [[`max(${metric('consumer_lag_seconds', TOPIC)})`, 'lag']],
      alert: 'LagGrowing',
      kind: 'stat',
      thresholds: { warning: 60, critical: 900 },
      width: 3,
    },
    {
      title: 'Under way',
      description: 'Deliveries that are queued or being handled, in all replicas.',
      unit: 'short',
      queries: [[`sum(${metric('in_flight_deliveries')})`, 'deliveries']],
      kind: 'stat',
      width: 3,
    },
    {
      title: 'Slowest calls',
      description:
        'One call of a handler in a hundred takes longer, over all plugins that are picked.',
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
      title: 'Dead letters in an hour',
      description:
        'Events that no longer are tried: somebody has to look at them, and may redrive them.',
      unit: 'short',
      queries: [[`sum(increase(${metric('dead_letters_total')}[1h]))`, 'dead letters']],
      alert: 'DeadLetters',
      kind: 'stat',
      thresholds: { warning: 1 },
      width: 3,
    },
    {
      title: 'Plugins down',
      description:
        'Plugins whose breaker is open: their deliveries are held until a probe succeeds.',
      unit: 'short',
      queries: [
        [`count(max by (plugin) (${metric('breaker_open')}) == 1) or vector(0)`, 'plugins'],
      ],
      alert: 'BreakerOpen',
      kind: 'stat',
      thresholds: { critical: 1 },
      width: 3,
    },
    {
      title: 'Replicas',
      description: 'Replicas that answer.',
      unit: 'short',
      queries: [[`count(${metric('build_info')})`, 'replicas']],
      alert: 'ReplicaAbsent',
      kind: 'stat',
      width: 3,
    },
    {
      title: 'Unaccounted for',
      description:
        'Deliveries that were taken in and are neither held nor ended. Anything but 0 is a defect.',
      unit: 'short',
      queries: [[`sum(${metric('unaccounted_deliveries')})`, 'deliveries']],
      alert: 'Unaccounted',
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
