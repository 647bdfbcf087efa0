import type { Row } from './panel.ts'
import { metric, rate, share, TOPIC } from './promql.ts'

const REQUESTS = 'gateway_requests_total'
/** The others are probes, scrapes and requests that have no route. */
const INTAKE = 'route=~"/webhooks/inventory|/events"'

export const gateway: Row = {
  title: 'Gateway',
  panels: [
    {
      title: 'Requests to the gateway',
      description: 'Requests with events in a second, by route and by what they were answered.',
      unit: 'reqps',
      queries: [[rate(REQUESTS, 'route, status', INTAKE), '{{route}} {{status}}']],
      alert: 'GatewayBadRequests',
      stacked: true,
    },
    {
      title: 'Part that is refused',
      description:
        'Of the requests with events. What the gateway cannot take (429, 5xx) is to be sent again; what is wrong with a request (other 4xx) is to be mended first.',
      unit: 'percentunit',
      queries: [
        [
          share(
            rate(REQUESTS, 'job', `${INTAKE}, status=~"429|5.."`),
            rate(REQUESTS, 'job', INTAKE),
          ),
          '{{job}} cannot take',
        ],
        [
          share(
            rate(REQUESTS, 'job', `${INTAKE}, status=~"4..", status!="429"`),
            rate(REQUESTS, 'job', INTAKE),
          ),
          '{{job}} wrong',
        ],
      ],
      alert: 'GatewayRefusing',
    },
    {
      title: 'Replicas of the gateway that are ready',
      description: 'Replicas that may take events: not while Kafka is away or they are stopping.',
      unit: 'short',
      queries: [[`sum by (job) (min by (job, instance) (${metric('gateway_ready')}))`, '{{job}}']],
      alert: 'GatewayNotReady',
    },
    {
      title: 'Events published',
      description: 'Events of the gateway that Kafka acknowledged, in a second, by topic.',
      unit: 'ops',
      queries: [[rate('published_total', 'topic', TOPIC), '{{topic}}']],
    },
    {
      title: 'Bytes held by the gateway',
      description:
        'Requests that are under way, in bytes, by replica. At GATEWAY_MAX_IN_FLIGHT_BYTES they are answered 429.',
      unit: 'bytes',
      queries: [
        [
          `max by (instance) (${metric('in_flight_bytes')} and on (namespace, job, instance) ${metric('gateway_ready')})`,
          '{{instance}}',
        ],
      ],
      alert: 'GatewayRefusing',
    },
    {
      title: 'Events of unknown kinds',
      description:
        'Events in a second that were taken though there is no schema for their kind: a newer version may have one.',
      unit: 'ops',
      queries: [[rate('gateway_unknown_kinds_total', 'job'), '{{job}}']],
    },
  ],
}
