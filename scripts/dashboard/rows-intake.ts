import type { Row } from './panel.ts'
import { metric, PLUGIN, quantiles, rate, share, TOPIC } from './promql.ts'
import { pluginStates } from './states.ts'

export const fetch: Row = {
  title: 'Fetch',
  panels: [
    {
      title: 'Events read',
      description: 'Records read from Kafka per second, by topic.',
      unit: 'ops',
      queries: [[rate('records_consumed_total', 'topic', TOPIC), '{{topic}}']],
    },
    {
      title: 'Lag in time',
      description: 'Age of the oldest event that is not completed, including unread ones.',
      unit: 's',
      queries: [[`max by (topic) (${metric('consumer_lag_seconds', TOPIC)})`, '{{topic}}']],
      alerts: ['LagGrowing', 'LagStanding'],
    },
    {
      title: 'Share of retention used',
      description:
        'By the oldest event that is not completed. At 90 % what can be rescued is dead-lettered, at 100 % Kafka removes it.',
      unit: 'percentunit',
      queries: [
        [
          `max by (topic) (${metric('consumer_lag_seconds', TOPIC)}) / max by (topic) (${metric('topic_retention_seconds', TOPIC)})`,
          '{{topic}}',
        ],
      ],
      alerts: ['LagNearRetention'],
    },
    {
      title: 'Lag in records',
      description:
        'Records between the committed offset and the end of the partition, for the ten partitions with the highest lag. A single partition far above the others indicates a hot key.',
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
        'Partitions that are not read, because memory is full or a record waits for its schema.',
      unit: 'short',
      queries: [[`sum by (instance) (${metric('paused_partitions')})`, '{{instance}}']],
    },
    {
      title: 'Last fetch',
      description:
        'Time since the last attempt of the fetch loop. It makes several attempts per second even if brokers are unavailable.',
      unit: 's',
      queries: [[`max by (instance) (${metric('fetch_age_seconds')})`, '{{instance}}']],
      alerts: ['LoopStuck'],
    },
    {
      title: 'Offsets out of range',
      description:
        'Number of times in the last hour that the next offset was out of range: deleted by retention, or the topic was recreated.',
      unit: 'short',
      queries: [
        [
          `sum by (topic, reason) (increase(${metric('out_of_range_total', TOPIC)}[1h]))`,
          '{{topic}} {{reason}}',
        ],
      ],
      alerts: ['OutOfRange'],
    },
    {
      title: 'Offsets never read',
      description: 'Offsets skipped because they were out of range, since the replicas started.',
      unit: 'short',
      queries: [[`sum by (topic) (${metric('offsets_lost_total', TOPIC)})`, '{{topic}}']],
      alerts: ['OutOfRange'],
    },
  ],
}

export const route: Row = {
  title: 'Route',
  panels: [
    {
      title: 'Filter decisions',
      description:
        'Filter decisions per second: wanted, unwanted or error. An error becomes a dead letter with reason filter.',
      unit: 'ops',
      queries: [[rate('filter_decisions_total', 'decision', PLUGIN), '{{decision}}']],
      stacked: true,
    },
    {
      title: 'Wanted by plugin',
      description: 'The share of events that the plugin wants.',
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
      description: 'Filters per second that threw or returned neither true nor false.',
      unit: 'ops',
      queries: [
        [rate('filter_decisions_total', 'plugin', `${PLUGIN}, decision="error"`), '{{plugin}}'],
      ],
      alerts: ['DeadLetters'],
    },
    {
      title: 'Events skipped',
      description:
        'Events per second that a plugin skipped and that were committed: events are off, the plugin is disabled, or it starts at a higher offset.',
      unit: 'ops',
      queries: [[rate('events_skipped_total', 'plugin, why', PLUGIN), '{{plugin}} {{why}}']],
    },
    pluginStates,
    {
      title: 'Events on',
      description: '1 while events are on. While they are off, all are skipped and committed.',
      unit: 'short',
      queries: [[`min by (job) (${metric('events_enabled')})`, '{{job}}']],
      alerts: ['EventsOff'],
    },
    {
      title: 'Header mismatches',
      description:
        'Records per second whose ce_ headers contradict their payload. The payload is used; the producer should be fixed.',
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
        'Dead letters per second that could not be decoded. Plugin * means that not even the name could be read.',
      unit: 'ops',
      queries: [[rate('dead_letters_total', 'plugin', 'reason="undecodable"'), '{{plugin}}']],
      alerts: ['DeadLetters'],
    },
    {
      title: 'Events too large',
      description: 'Dead letters per second that are larger than MAX_IN_FLIGHT_BYTES.',
      unit: 'ops',
      queries: [
        [rate('dead_letters_total', 'plugin', `${PLUGIN}, reason="too-large"`), '{{plugin}}'],
      ],
      alerts: ['DeadLetters'],
    },
  ],
}

export const order: Row = {
  title: 'Order and dedupe',
  panels: [
    {
      title: 'Lanes',
      description:
        'Entities with deliveries in flight, by plugin. This many handlers could run at once, up to the concurrency of the plugin.',
      unit: 'short',
      queries: [[`sum by (plugin) (${metric('in_flight_lanes', PLUGIN)})`, '{{plugin}}']],
    },
    {
      title: 'Deliveries in flight',
      description: 'Queued or running deliveries, by replica.',
      unit: 'short',
      queries: [[`sum by (instance) (${metric('in_flight_deliveries')})`, '{{instance}}']],
    },
    {
      title: 'Deliveries per lane',
      description:
        'Average queue length of a lane. Many deliveries in few lanes indicate a hot key, which more replicas do not help.',
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
        'Events per second that the plugin had completed before; the handler is not called.',
      unit: 'ops',
      queries: [
        [rate('deliveries_total', 'plugin', `${PLUGIN}, outcome="duplicate"`), '{{plugin}}'],
      ],
    },
    {
      title: 'Idempotency store',
      description: 'Duration of store operations.',
      unit: 's',
      queries: quantiles('idempotency_operation_seconds', 'operation'),
    },
    {
      title: 'Store failures',
      description: 'Failed store operations per second. They are retried; their deliveries wait.',
      unit: 'ops',
      queries: [[rate('idempotency_failures_total', 'store'), '{{store}}']],
      alerts: ['StoreDown'],
    },
    {
      title: 'Conflicts',
      description:
        'Events in the last hour whose id was used before with different content: a bug of the producer.',
      unit: 'short',
      queries: [
        [`sum by (job) (increase(${metric('idempotency_conflicts_total')}[1h]))`, '{{job}}'],
      ],
      alerts: ['Conflict'],
    },
    {
      title: 'Marks evicted or unreadable',
      description:
        'In the last hour: marks of completed deliveries evicted because of IDEMPOTENCY_MAX_MARKS, and records of the marks topic that this version could not read.',
      unit: 'short',
      queries: [
        [
          `sum by (job) (increase(${metric('idempotency_evictions_total')}[1h]))`,
          '{{job}} evicted',
        ],
        [
          `sum by (job) (increase(${metric('idempotency_unreadable_records_total')}[1h]))`,
          '{{job}} unreadable',
        ],
      ],
      alerts: ['MarksForgotten'],
    },
    {
      title: 'Lost leases',
      description:
        'Claims per second that passed to another replica before completion: the replica was frozen or disconnected for longer than IDEMPOTENCY_LEASE_MS.',
      unit: 'ops',
      queries: [[rate('idempotency_lost_leases_total', 'job'), '{{job}}']],
    },
  ],
}
