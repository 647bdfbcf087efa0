import type { Row } from './panel.ts'
import { metric, PLUGIN, quantiles, rate, recorded, share, TOPIC } from './promql.ts'

/** Those of no loaded plugin too, whichever is selected. */
const OPEN = 'plugin=~"$plugin|[*]"'
const HANDLER = 'handler_duration_seconds'

export const handle: Row = {
  title: 'Handle, by plugin',
  panels: [
    {
      title: 'Outcomes',
      description: 'Ended deliveries per second by outcome, for the selected plugins.',
      unit: 'ops',
      queries: [[rate('deliveries_total', 'outcome', PLUGIN), '{{outcome}}']],
      stacked: true,
    },
    {
      title: 'Calls',
      description: 'Handler calls per second, failed ones included.',
      unit: 'ops',
      queries: [[rate(`${HANDLER}_count`, 'plugin', PLUGIN), '{{plugin}}']],
    },
    {
      title: 'Call duration',
      description: 'Duration of handler calls, failed ones included.',
      unit: 's',
      queries: quantiles(HANDLER, 'plugin', PLUGIN),
    },
    {
      title: 'Events in a batch',
      description: 'Of plugins that take batches. Far below maxEvents, they wait for maxWaitMs.',
      unit: 'short',
      queries: quantiles('batch_events', 'plugin', PLUGIN),
    },
    {
      title: 'Running handlers',
      description:
        'Average number of concurrent calls in all replicas. Close to concurrency times replicas, the concurrency is the bottleneck.',
      unit: 'short',
      queries: [[rate(`${HANDLER}_sum`, 'plugin', PLUGIN), '{{plugin}}']],
    },
    {
      title: 'End-to-end latency',
      description: "Time from a record's timestamp to the completion of its delivery.",
      unit: 's',
      queries: quantiles('end_to_end_seconds', 'plugin', PLUGIN),
    },
    {
      title: 'Plugin lag',
      description: 'Age of the oldest event with an uncompleted delivery to the plugin.',
      unit: 's',
      queries: [
        [`max by (plugin) (${metric('oldest_delivery_age_seconds', PLUGIN)})`, '{{plugin}}'],
      ],
      alerts: ['UnsettledTooLong'],
    },
  ],
}

export const retry: Row = {
  title: 'Retry and dead letters',
  panels: [
    {
      title: 'Retries',
      description:
        'Per second: failed attempts that are retried, and calls that asked for a later one (retryAfter).',
      unit: 'ops',
      queries: [
        [rate('delivery_retries_total', 'plugin', PLUGIN), '{{plugin}}'],
        [rate('delivery_delays_total', 'plugin', PLUGIN), '{{plugin}} (retryAfter)'],
      ],
      alerts: ['Retries'],
    },
    {
      title: 'Share of failed calls',
      description: 'Retries per handler call. An alert fires above 20 %.',
      unit: 'percentunit',
      queries: [
        [
          share(
            rate('delivery_retries_total', 'plugin', PLUGIN),
            rate(`${HANDLER}_count`, 'plugin', PLUGIN),
          ),
          '{{plugin}}',
        ],
      ],
      alerts: ['Retries'],
    },
    {
      title: 'Circuit breaker',
      description:
        '1 while the circuit breaker is open: deliveries wait, one at a time is tried as a probe, and no attempts are spent.',
      unit: 'short',
      queries: [[`max by (plugin) (${metric('breaker_open', PLUGIN)})`, '{{plugin}}']],
      alerts: ['BreakerOpen'],
    },
    {
      title: 'Dead letters',
      description: 'Records per second written to a dead-letter topic, by reason.',
      unit: 'ops',
      queries: [[rate('dead_letters_total', 'plugin, reason', PLUGIN), '{{plugin}} {{reason}}']],
      alerts: ['DeadLetters'],
    },
    {
      title: 'Open dead letters',
      description:
        'Neither redriven nor discarded, by plugin; * are those of no loaded plugin. "dead-letters list" prints them.',
      unit: 'short',
      queries: [[`sum by (plugin) (${metric('dead_letters_open', OPEN)})`, '{{plugin}}']],
      alerts: ['DeadLettersOpen'],
    },
    {
      title: 'Age of the oldest open dead letter',
      description: 'As a share of the retention of its topic. At 100 % Kafka removes it.',
      unit: 'percentunit',
      queries: [
        [
          `max by (plugin, topic) (${metric('oldest_open_dead_letter_age_seconds', OPEN)}) / on (topic) group_left max by (topic) (${metric('topic_retention_seconds')})`,
          '{{plugin}} in {{topic}}',
        ],
      ],
      alerts: ['DeadLettersExpiring'],
    },
    {
      title: 'Failed dead-letter writes',
      description:
        'Dead letters per second that Kafka did not acknowledge. Until it does, the committed offset stays below them.',
      unit: 'ops',
      queries: [[rate('dead_letter_failures_total', 'plugin', PLUGIN), '{{plugin}}']],
      alerts: ['DeadLettersRefused'],
    },
    {
      title: 'Follow-up events',
      description: 'Events per second that plugins published with context.publish.',
      unit: 'ops',
      queries: [[rate('follow_up_events_total', 'plugin', PLUGIN), '{{plugin}}']],
    },
    {
      title: 'Failed writes of follow-up events',
      description:
        'Writes per second that Kafka did not acknowledge. Until it does, the committed offset stays below their events.',
      unit: 'ops',
      queries: [[rate('follow_up_failures_total', 'plugin', PLUGIN), '{{plugin}}']],
      alerts: ['FollowUpsRefused'],
    },
    {
      title: 'Dead letters written as stubs',
      description:
        'Dead letters per second that were too large for their topic. Their values are only in the input.',
      unit: 'ops',
      queries: [[rate('dead_letter_stubs_total', 'topic'), '{{topic}}']],
      alerts: ['DeadLetterStubs'],
    },
  ],
}

export const commit: Row = {
  title: 'Commit and rebalance',
  panels: [
    {
      title: 'Commits',
      description: 'Offset commits per second: ok or failed.',
      unit: 'ops',
      queries: [[rate('commits_total', 'result'), '{{result}}']],
      alerts: ['CommitsFailing'],
    },
    {
      title: 'Oldest unsettled event',
      description:
        'Age of the oldest event that was read and is not completed; it holds back the committed offset.',
      unit: 's',
      queries: [[`max by (topic) (${metric('oldest_unsettled_age_seconds', TOPIC)})`, '{{topic}}']],
      alerts: ['UnsettledTooLong'],
    },
    {
      title: 'Assigned partitions',
      description:
        'Partitions by replica, and the total. If the sum is below the total, no replica reads the rest.',
      unit: 'short',
      queries: [
        [`sum by (instance) (${metric('assigned_partitions', TOPIC)})`, '{{instance}}'],
        [`sum(max by (job, topic) (${metric('topic_partitions', TOPIC)}))`, 'all'],
      ],
      alerts: ['PartitionsUnowned'],
    },
    {
      title: 'Rebalances',
      description: 'Number of rebalances in 15 minutes, by replica.',
      unit: 'short',
      queries: [
        [`max by (instance) (increase(${metric('rebalances_total')}[15m]))`, '{{instance}}'],
      ],
      alerts: ['RebalanceStorm'],
    },
    {
      title: 'Rebalance duration',
      description:
        'In the last hour, from the start of a rebalance to the new assignment. Events wait in the meantime.',
      unit: 's',
      queries: [0.5, 0.99].map((q) => [
        `histogram_quantile(${q}, sum by (le) (increase(${metric('rebalance_duration_seconds_bucket')}[1h])))`,
        `p${q * 100}`,
      ]),
    },
    {
      title: 'Last heartbeat',
      description: 'Time since the group coordinator last responded to the replica.',
      unit: 's',
      queries: [[`max by (instance) (${metric('heartbeat_age_seconds')})`, '{{instance}}']],
      alerts: ['BrokersAway'],
    },
  ],
}

export const scaling: Row = {
  title: 'Scaling',
  panels: [
    {
      title: 'Replicas',
      description: 'The number of replicas, and the number recommended for the current lag.',
      unit: 'short',
      queries: [
        [recorded('replicas:count'), '{{job}} current'],
        [recorded('recommended_replicas'), '{{job}} recommended'],
      ],
      width: 12,
    },
    {
      title: 'Limits of scaling',
      description:
        'How many replicas would have work under each of these limits; the lowest applies.',
      unit: 'short',
      queries: [[recorded('useful_replicas:bound'), '{{job}} {{bound}}']],
      width: 12,
    },
  ],
}
