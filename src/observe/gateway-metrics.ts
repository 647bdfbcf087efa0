import { Counter, Histogram, type Registry } from 'prom-client'
import { PREFIX } from './progress-gauges.ts'
import { SECONDS } from './series/buckets.ts'
import { scrapedGauge } from './series/scraped-gauge.ts'

export function gatewayMetrics(register: Registry) {
  const registers = [register]
  return {
    gatewayReady: scrapedGauge<'check'>({
      name: `${PREFIX}gateway_ready`,
      help: "The gateway's readiness checks: 1 if the check passes, else 0.",
      labelNames: ['check'],
      register,
    }),
    gatewayRequests: new Counter({
      name: `${PREFIX}gateway_requests_total`,
      help: 'Number of requests to the gateway by route and status.',
      labelNames: ['route', 'status'],
      registers,
    }),
    gatewayRequestSeconds: new Histogram({
      name: `${PREFIX}gateway_request_seconds`,
      help: 'From the headers of a request to the end of its response, rejected requests included.',
      labelNames: ['route'],
      buckets: SECONDS.request,
      registers,
    }),
    gatewayUnknownKinds: new Counter({
      name: `${PREFIX}gateway_unknown_kinds_total`,
      help: 'Number of events accepted by the gateway whose kind has no schema.',
      registers,
    }),
    gatewayMistypedKinds: new Counter({
      name: `${PREFIX}gateway_mistyped_kinds_total`,
      help: 'Number of events accepted by the gateway whose kind or name is nearly one that is known: plugins that filter by that one do not get them.',
      registers,
    }),
  }
}
