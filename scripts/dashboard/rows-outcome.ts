import type { Row } from './panel.ts'
import { metric, PLUGIN, processMetric, quantiles, rate, recorded, share, TOPIC } from './promql.ts'

const HANDLER = 'handler_duration_seconds'

export const handle: Row = {
  title: 'Handle, by plugin',
  panels: [
    {
      title: 'Outcomes',
      description: 'How deliveries of the plugins that are picked ended, in a second.',
      unit: 'ops',
      queries: [[rate('deliveries_total', 'outcome', PLUGIN), '{{outcome}}']],
      stacked: true,
    },
    {
      title: 'Calls',
      description: 'Calls of the handler in a second, failed ones included.',
      unit: 'ops',
      queries: [[rate(`${HANDLER}_count`, 'plugin', PLUGIN), '{{plugin}}']],
    },
    {
      title: 'Duration of a call',
      description: 'How long a call of the handler takes, failed ones included.',
      unit: 's',
      queries: quantiles(HANDLER, 'plugin', PLUGIN),
    },
    {
      title: 'Handlers at work',
      description:
        'How many calls run at once on average, in all replicas. Near the concurrency of the plugin times replicas it is that which bounds it.',
      unit: 'short',
      queries: [[rate(`${HANDLER}_sum`, 'plugin', PLUGIN), '{{plugin}}']],
    },
    {
      title: 'From record to outcome',
      description: "From a record's timestamp to the end of its delivery.",
      unit: 's',
      queries: quantiles('end_to_end_seconds', 'plugin', PLUGIN),
    },
    {
      title: 'Lag of the plugin',
      description: 'Age of the oldest event that the plugin has under way.',
      unit: 's',
      queries: [
        [`max by (plugin) (${metric('oldest_delivery_age_seconds', PLUGIN)})`, '{{plugin}}'],
      ],
      alert: 'UnsettledTooLong',
    },
  ],
}

export const retry: Row = {
  title: 'Retry and dead letters',
  panels: [
    {
      title: 'Retries',
      description: 'Failed attempts in a second after which the handler is called again.',
      unit: 'ops',
      queries: [[rate('delivery_retries_total', 'plugin', PLUGIN), '{{plugin}}']],
      alert: 'Retries',
    },
    {
      title: 'Part of calls that fail',
      description: 'Retries for each call of the handler. An alert from 20 % on.',
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
      alert: 'Retries',
    },
    {
      title: 'Breaker',
      description:
        '1 while the plugin is held to be down: its deliveries wait, one at a time probes, no attempts are spent.',
      unit: 'short',
      queries: [[`max by (plugin) (${metric('breaker_open', PLUGIN)})`, '{{plugin}}']],
      alert: 'BreakerOpen',
    },
    {
      title: 'Dead letters',
      description: 'Records in a second that were written to a dead-letter topic, with the reason.',
      unit: 'ops',
      queries: [[rate('dead_letters_total', 'plugin, reason', PLUGIN), '{{plugin}} {{reason}}']],
      alert: 'DeadLetters',
    },
    {
      title: 'Refused dead letters',
      description:
        'Dead letters in a second that Kafka did not take. Until it does, the committed offset stays below them.',
      unit: 'ops',
      queries: [[rate('dead_letter_failures_total', 'plugin', PLUGIN), '{{plugin}}']],
      alert: 'DeadLettersRefused',
    },
  ],
}

export const commit: Row = {
  title: 'Commit and rebalance',
  panels: [
    {
      title: 'Commits',
      description: 'Commits of offsets in a second: ok or failed.',
      unit: 'ops',
      queries: [[rate('commits_total', 'result'), '{{result}}']],
      alert: 'CommitsFailing',
    },
    {
      title: 'Oldest unsettled event',
      description:
        'Age of the oldest event that was taken in and is not completed: it holds back the committed offset.',
      unit: 's',
      queries: [[`max by (topic) (${metric('oldest_unsettled_age_seconds', TOPIC)})`, '{{topic}}']],
      alert: 'UnsettledTooLong',
    },
    {
      title: 'Partitions and who owns them',
      description:
        'Partitions by replica, and all there are. While they do not add up, nobody reads the rest.',
      unit: 'short',
      queries: [
        [`sum by (instance) (${metric('assigned_partitions', TOPIC)})`, '{{instance}}'],
        [`sum(max by (job, topic) (${metric('topic_partitions', TOPIC)}))`, 'all'],
      ],
      alert: 'PartitionsUnowned',
    },
    {
      title: 'Rebalances',
      description:
        'How often within a quarter of an hour a replica took part in sharing out the partitions.',
      unit: 'short',
      queries: [
        [`max by (instance) (increase(${metric('rebalances_total')}[15m]))`, '{{instance}}'],
      ],
      alert: 'RebalanceStorm',
    },
    {
      title: 'Duration of a rebalance',
      description:
        'Within the last hour, from the start of a rebalance to the new assignment. Events wait meanwhile.',
      unit: 's',
      queries: [0.5, 0.99].map((q) => [
        `histogram_quantile(${q}, sum by (le) (increase(${metric('rebalance_duration_seconds_bucket')}[1h])))`,
        `p${q * 100}`,
      ]),
    },
    {
      title: 'Last heartbeat',
      description: "Time since the group's coordinator last answered the replica.",
      unit: 's',
      queries: [[`max by (instance) (${metric('heartbeat_age_seconds')})`, '{{instance}}']],
      alert: 'BrokersAway',
    },
  ],
}

export const scaling: Row = {
  title: 'Scaling',
  panels: [
    {
      title: 'Replicas',
      description: 'How many should be there, and how many are recommended for the lag in time.',
      unit: 'short',
      queries: [
        [recorded('replicas:count'), '{{job}} there'],
        [recorded('recommended_replicas'), '{{job}} recommended'],
      ],
      width: 12,
    },
    {
      title: 'What bounds them',
      description:
        'How many replicas would find work, as far as each of these lets them: the least of them counts.',
      unit: 'short',
      queries: [[recorded('useful_replicas:bound'), '{{job}} {{bound}}']],
      width: 12,
    },
  ],
}

export const runtime: Row = {
  title: 'Runtime',
  collapsed: true,
  panels: [
    {
      title: 'CPU',
      description: 'Cores in use. A replica runs on one, and some more for the garbage collection.',
      unit: 'short',
      queries: [
        [
          `sum by (instance) (rate(${processMetric('process_cpu_seconds_total')}[$__rate_interval]))`,
          '{{instance}}',
        ],
      ],
    },
    {
      title: 'Delay of the event loop',
      description:
        'One turn in a hundred of the thread is so late. Beyond a second a plugin blocks it.',
      unit: 's',
      queries: [
        [
          `max by (instance) (${processMetric('nodejs_eventloop_lag_p99_seconds')})`,
          '{{instance}}',
        ],
      ],
    },
    {
      title: 'Memory',
      description: 'Resident memory of the process, and the heap that is used.',
      unit: 'bytes',
      queries: [
        [`sum by (instance) (${processMetric('process_resident_memory_bytes')})`, '{{instance}}'],
        [
          `sum by (instance) (${processMetric('nodejs_heap_size_used_bytes')})`,
          '{{instance}} heap',
        ],
      ],
    },
    {
      title: 'Garbage collection',
      description: 'The part of time that is spent on it, by kind.',
      unit: 'percentunit',
      queries: [
        [
          `sum by (kind) (rate(${processMetric('nodejs_gc_duration_seconds_sum')}[$__rate_interval]))`,
          '{{kind}}',
        ],
      ],
    },
    {
      title: 'Open files and connections',
      description: 'File descriptors of the process.',
      unit: 'short',
      queries: [[`sum by (instance) (${processMetric('process_open_fds')})`, '{{instance}}']],
    },
    {
      title: 'Versions',
      description: 'How many replicas run each version.',
      unit: 'short',
      queries: [[`count by (version) (${metric('build_info')})`, '{{version}}']],
    },
  ],
}
