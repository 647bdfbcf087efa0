import { LOOP_DELAY_INTERVAL_MS } from '../../src/observe/loop-delay.ts'
import type { Row } from './panel.ts'
import { metric, processMetric, restarts } from './promql.ts'

export const replicas: Row = {
  title: 'Replicas',
  panels: [
    {
      title: 'Readiness',
      description:
        'Replicas by readiness check that fails. The check group fails until a replica has joined.',
      unit: 'short',
      queries: [
        [`sum by (job, check) (1 - ${metric('ready')})`, '{{job}}: {{check}} fails'],
        [`sum by (job, check) (1 - ${metric('gateway_ready')})`, '{{job}}: {{check}} fails'],
      ],
      alerts: ['NotReady'],
    },
    {
      title: 'Restarts',
      description: 'Restarts of a container within an hour, without a new pod.',
      unit: 'short',
      queries: [[`sum by (instance) (${restarts})`, '{{instance}}']],
      alerts: ['Restarting'],
    },
    {
      title: 'Heap and its limit',
      description: 'At the limit V8 aborts the process. Resident memory also holds buffers.',
      unit: 'bytes',
      queries: [
        [
          `sum by (instance) (${processMetric('nodejs_heap_size_used_bytes')})`,
          '{{instance}} heap',
        ],
        [`sum by (instance) (${metric('heap_limit_bytes')})`, '{{instance}} limit'],
        [
          `sum by (instance) (${processMetric('process_resident_memory_bytes')})`,
          '{{instance}} resident',
        ],
      ],
      alerts: ['HeapNearLimit'],
    },
    {
      title: 'Heap in use',
      description:
        'As a share of its limit. What garbage collection leaves above 80 % raises an alert.',
      unit: 'percentunit',
      queries: [
        [
          `max by (instance) (${processMetric('nodejs_heap_size_used_bytes')} / on (namespace, job, instance) ${metric('heap_limit_bytes')})`,
          '{{instance}}',
        ],
      ],
      alerts: ['HeapNearLimit'],
    },
    {
      title: 'Certificates',
      description: 'The time until certificates expire. Those of files count as the files are now.',
      unit: 's',
      queries: [
        [
          `min by (job, certificate) (${metric('certificate_expiry_timestamp_seconds')}) - time()`,
          '{{job}}: {{certificate}}',
        ],
      ],
      alerts: ['CertificateExpiring'],
    },
    {
      title: 'In flight',
      description: 'Queued or running deliveries, by replica.',
      unit: 'short',
      queries: [[`sum by (instance) (${metric('in_flight_deliveries')})`, '{{instance}}']],
    },
    {
      title: 'Unaccounted for',
      description: 'Deliveries accepted minus those ended or in flight. Any value but 0 is a bug.',
      unit: 'short',
      queries: [[`sum by (instance) (${metric('unaccounted_deliveries')})`, '{{instance}}']],
      alerts: ['Unaccounted'],
    },
    {
      title: 'Versions',
      description: 'Number of replicas per version.',
      unit: 'short',
      queries: [[`count by (version) (${metric('build_info')})`, '{{version}}']],
    },
  ],
}

export const runtime: Row = {
  title: 'Runtime',
  panels: [
    {
      title: 'CPU',
      description: 'CPU cores in use. A replica uses one core, plus some for garbage collection.',
      unit: 'short',
      queries: [
        [
          `sum by (instance) (rate(${processMetric('process_cpu_seconds_total')}[$__rate_interval]))`,
          '{{instance}}',
        ],
      ],
    },
    {
      title: 'Event loop delay',
      description: 'The 99th percentile. Above one second a plugin blocks the event loop.',
      unit: 's',
      queries: [
        [
          `clamp_min(max by (instance) (${processMetric('nodejs_eventloop_lag_p99_seconds')}) - ${LOOP_DELAY_INTERVAL_MS / 1_000}, 0)`,
          '{{instance}}',
        ],
      ],
    },
    {
      title: 'Garbage collection',
      description: 'The share of time spent in garbage collection, by kind.',
      unit: 'percentunit',
      queries: [
        [
          `sum by (kind) (rate(${processMetric('nodejs_gc_duration_seconds_sum')}[$__rate_interval]))`,
          '{{kind}}',
        ],
      ],
    },
    {
      title: 'Open file descriptors',
      description: 'Open files and connections of the process.',
      unit: 'short',
      queries: [[`sum by (instance) (${processMetric('process_open_fds')})`, '{{instance}}']],
    },
  ],
}
