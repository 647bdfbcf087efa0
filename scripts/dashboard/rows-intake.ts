import type { Row } from './panel.ts'
import { metric, PLUGIN, quantiles, rate, share, TOPIC } from './promql.ts'

export const fetch: Row = {
  title: 'Fetch',
  panels: [
    {
      title: 'Events read',
      description: 'Records taken from Kafka in a second, by topic.',
      unit: 'ops',
      queries: [[rate('records_consumed_total', 'topic', TOPIC), '{{topic}}']],
    },
    {
      title: 'Lag in time',
      description:
        'For how long the oldest event that is not completed has waited, one that is not read yet included.',
      unit: 's',
      queries: [[`max by (topic) (${metric('consumer_lag_seconds', TOPIC)})`, '{{topic}}']],
      alert: 'LagGrowing',
    },
    {
      title: 'Lag in records',
      description:
        'Records between the committed offset and the end: the ten partitions with most. One alone far above the others has a hot key.',
      unit: 'short',
      queries: [
        [
          `topk(10, max by (topic, partition) (${metric('consumer_lag', TOPIC)}))`,
          '{{topic}}/{{partition}}',
        ],
      ],
    },
    {
      title: 'Bytes held',
      description: 'Records in memory, by replica. At MAX_IN_FLIGHT_BYTES reading pauses.',
      unit: 'bytes',
      queries: [[`sum by (instance) (${metric('in_flight_bytes')})`, '{{instance}}']],
    },
    {
      title: 'Paused partitions',
      description:
        'Partitions that are not read, because there is no room for more, or a schema or the registry is waited for.',
      unit: 'short',
      queries: [[`sum by (instance) (${metric('paused_partitions')})`, '{{instance}}']],
    },
    {
      title: 'Last fetch',
      description:
        'Time since the fetch loop last tried anything. It tries several times a second, whatever the brokers do.',
      unit: 's',
      queries: [[`max by (instance) (${metric('fetch_age_seconds')})`, '{{instance}}']],
      alert: 'LoopStuck',
    },
    {
      title: 'Place lost in the log',
      description:
        'How often within the last hour the next offset was not in the log: retention passed it, or the topic was made anew.',
      unit: 'short',
      queries: [
        [
          `sum by (topic, reason) (increase(${metric('out_of_range_total', TOPIC)}[1h]))`,
          '{{topic}} {{reason}}',
        ],
      ],
      alert: 'OutOfRange',
    },
    {
      title: 'Offsets never read',
      description:
        'Offsets that were passed over when the place in the log was lost, since the replicas started.',
      unit: 'short',
      queries: [[`sum by (topic) (${metric('offsets_lost_total', TOPIC)})`, '{{topic}}']],
      alert: 'OutOfRange',
    },
  ],
}

export const route: Row = {
  title: 'Route',
  panels: [
    {
      title: 'What filters say',
      description:
        'Answers of the filters in a second: wanted, unwanted or error. An error becomes a dead letter with reason filter.',
      unit: 'ops',
      queries: [[rate('filter_decisions_total', 'decision', PLUGIN), '{{decision}}']],
      stacked: true,
    },
    {
      title: 'Wanted by plugin',
      description: "The part of all events that a plugin's filter wants.",
      unit: 'percentunit',
      queries: [
        [
          share(
            rate('filter_decisions_total', 'plugin', `${PLUGIN}, decision="wanted"`),
            rate('filter_decisions_total', 'plugin', PLUGIN),
          ),
          '{{plugin}}',
        ],
      ],
    },
    {
      title: 'Filter errors by plugin',
      description: 'Filters that threw or answered neither true nor false, in a second.',
      unit: 'ops',
      queries: [
        [rate('filter_decisions_total', 'plugin', `${PLUGIN}, decision="error"`), '{{plugin}}'],
      ],
      alert: 'DeadLetters',
    },
    {
      title: 'Headers that lie',
      description:
        'Records in a second whose ce_ headers contradict their payload. The payload holds; the producer should be corrected.',
      unit: 'ops',
      queries: [[rate('header_mismatches_total', 'job'), '{{job}}']],
    },
  ],
}

export const decode: Row = {
  title: 'Decode',
  panels: [
    {
      title: 'Undecodable events',
      description:
        'Dead letters in a second whose bytes hold no event. Plugin * stands for all, where not even the name could be read.',
      unit: 'ops',
      queries: [[rate('dead_letters_total', 'plugin', 'reason="undecodable"'), '{{plugin}}']],
      alert: 'DeadLetters',
    },
    {
      title: 'Events too large',
      description: 'Dead letters in a second that are larger than MAX_IN_FLIGHT_BYTES.',
      unit: 'ops',
      queries: [
        [rate('dead_letters_total', 'plugin', `${PLUGIN}, reason="too-large"`), '{{plugin}}'],
      ],
      alert: 'DeadLetters',
    },
  ],
}

export const order: Row = {
  title: 'Order and dedupe',
  panels: [
    {
      title: 'Lanes',
      description:
        'Entities with deliveries of a plugin under way. So many handlers could run at once, as far as its concurrency lets them.',
      unit: 'short',
      queries: [[`sum by (plugin) (${metric('in_flight_lanes', PLUGIN)})`, '{{plugin}}']],
    },
    {
      title: 'Deliveries under way',
      description: 'Deliveries that are queued or being handled, by replica.',
      unit: 'short',
      queries: [[`sum by (instance) (${metric('in_flight_deliveries')})`, '{{instance}}']],
    },
    {
      title: 'Deliveries for each lane',
      description:
        'How many deliveries wait one behind the other. Many in few lanes: a hot key, which more replicas do not help.',
      unit: 'short',
      queries: [
        [
          share(
            `sum by (job) (${metric('in_flight_deliveries')})`,
            `sum by (job) (${metric('in_flight_lanes')})`,
          ),
          '{{job}}',
        ],
      ],
    },
    {
      title: 'Duplicates',
      description:
        'Events in a second that the plugin had completed before: the handler is not called.',
      unit: 'ops',
      queries: [
        [rate('deliveries_total', 'plugin', `${PLUGIN}, outcome="duplicate"`), '{{plugin}}'],
      ],
    },
    {
      title: 'Idempotency store',
      description: 'How long one operation of the store takes.',
      unit: 's',
      queries: quantiles('idempotency_operation_seconds', 'operation'),
    },
    {
      title: 'Store failures',
      description:
        'Operations of the store in a second that failed. They are tried again, and what they are for waits.',
      unit: 'ops',
      queries: [[rate('idempotency_failures_total', 'store'), '{{store}}']],
      alert: 'StoreDown',
    },
    {
      title: 'Conflicts',
      description:
        'Events within the last hour whose id was used before with other content: a mistake of their producer.',
      unit: 'short',
      queries: [
        [`sum by (job) (increase(${metric('idempotency_conflicts_total')}[1h]))`, '{{job}}'],
      ],
      alert: 'Conflict',
    },
    {
      title: 'Marks forgotten or not read',
      description:
        'Within the last hour: completed deliveries that were forgotten for want of room (IDEMPOTENCY_MAX_MARKS), and records of them that this version could not read.',
      unit: 'short',
      queries: [
        [
          `sum by (job) (increase(${metric('idempotency_evictions_total')}[1h]))`,
          '{{job}} forgotten',
        ],
        [
          `sum by (job) (increase(${metric('idempotency_unreadable_records_total')}[1h]))`,
          '{{job}} not read',
        ],
      ],
      alert: 'MarksForgotten',
    },
    {
      title: 'Lost leases',
      description:
        'Claims in a second that passed to another replica before they were completed: this one was frozen or cut off for longer than IDEMPOTENCY_LEASE_MS.',
      unit: 'ops',
      queries: [[rate('idempotency_lost_leases_total', 'job'), '{{job}}']],
    },
  ],
}
