import type { Row } from './panel.ts'
import { metric, quantiles, rate, share, TOPIC } from './promql.ts'

const REQUESTS = 'gateway_requests_total'
/** Excludes probes, scrapes and unknown routes. */
const INTAKE = 'route=~"/webhooks/inventory|/events"'

export const gateway: Row = {
  title: 'Gateway',
  panels: [
    {
      title: 'Requests to the gateway',
      description: 'Requests with events per second, by route and status.',
      unit: 'reqps',
      queries: [[rate(REQUESTS, 'route, status', INTAKE), '{{route}} {{status}}']],
      alerts: ['GatewayBadRequests'],
      stacked: true,
    },
    {
      title: 'Share of refused requests',
      description:
        'Of the requests with events. Senders should retry what the gateway cannot accept (429, 5xx), and fix requests with other 4xx errors.',
      unit: 'percentunit',
      queries: [
        [
          share(
            rate(REQUESTS, 'job', `${INTAKE}, status=~"429|5.."`),
            rate(REQUESTS, 'job', INTAKE),
          ),
          '{{job}} unavailable',
        ],
        [
          share(
            rate(REQUESTS, 'job', `${INTAKE}, status=~"4..", status!="429"`),
            rate(REQUESTS, 'job', INTAKE),
          ),
          '{{job}} bad request',
        ],
      ],
      alerts: ['GatewayRefusing'],
    },
    {
      title: 'Request duration',
      description:
        'From the headers of a request with events to the end of its response, by route. Most of it is the wait for Kafka.',
      unit: 's',
      queries: quantiles('gateway_request_seconds', 'route', INTAKE),
    },
    {
      title: 'Ready gateway replicas',
      description:
        'Replicas that accept events. A replica is not ready while Kafka is unavailable or it is stopping.',
      unit: 'short',
      queries: [[`sum by (job) (min by (job, instance) (${metric('gateway_ready')}))`, '{{job}}']],
      alerts: ['GatewayNotReady'],
    },
    {
      title: 'Events published',
      description: 'Events per second that Kafka acknowledged to the gateway, by topic.',
      unit: 'ops',
      queries: [[rate('published_total', 'topic', TOPIC), '{{topic}}']],
    },
    {
      title: 'Bytes held by the gateway',
      description:
        'Bytes of requests in flight, by replica. At GATEWAY_MAX_IN_FLIGHT_BYTES further requests get 429.',
      unit: 'bytes',
      queries: [
        [
          `max by (instance) (${metric('in_flight_bytes')} and on (namespace, job, instance) ${metric('gateway_ready')})`,
          '{{instance}}',
        ],
      ],
      alerts: ['GatewayRefusing'],
    },
    {
      title: 'Events of unknown kinds',
      description:
        'Events accepted per second whose kind has no schema; a newer version may have one. Mistyped ones are nearly a known kind or name: the log names them.',
      unit: 'ops',
      queries: [
        [rate('gateway_unknown_kinds_total', 'job'), '{{job}}'],
        [rate('gateway_mistyped_kinds_total', 'job'), '{{job}}, mistyped'],
      ],
    },
  ],
}
