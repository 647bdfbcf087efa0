import { bearerToken, flag, integer, type Setting, secrets, topic } from './value-types.ts'

/** What `inventory-events gateway` reads beside the settings of Kafka and the registry. */
export const gatewaySettings = {
  GATEWAY_PORT: {
    type: integer(0, 65_535),
    default: '8090',
    help: 'Where the gateway takes events, and serves /livez, /readyz and /metrics. 0 takes a free port.',
  },
  GATEWAY_SECRETS: {
    type: secrets,
    secret: true,
    file: true,
    help: 'The secrets of the webhooks, one for each hook. A request signed with any of them is let in.',
  },
  GATEWAY_ALLOW_UNSIGNED: {
    type: flag,
    default: 'false',
    help: 'Whether the gateway starts without GATEWAY_SECRETS and takes webhooks from anybody.',
  },
  GATEWAY_TOLERANCE_MS: {
    type: integer(1_000, 86_400_000),
    default: '300000',
    help: 'How far the time of a signature may be off, either way.',
  },
  GATEWAY_TOKEN: {
    type: bearerToken,
    secret: true,
    file: true,
    help: 'The bearer token of POST /events. Unset: that route is off.',
  },
  GATEWAY_INVENTORY_TOPIC: {
    type: topic,
    default: 'inventory.events',
    help: 'Where the gateway writes events with a kind.',
  },
  GATEWAY_PLUGIN_TOPIC: {
    type: topic,
    default: 'plugin.events',
    help: 'Where the gateway writes plugin events.',
  },
  GATEWAY_MAX_BODY_BYTES: {
    type: integer(1_024, 104_857_600),
    default: '4194304',
    help: 'The largest body of a request.',
  },
  GATEWAY_MAX_EVENTS: {
    type: integer(1, 100_000),
    default: '1000',
    help: 'The most events in a request.',
  },
  GATEWAY_MAX_IN_FLIGHT_BYTES: {
    type: integer(1_048_576, 8_589_934_592),
    default: '67108864',
    help: 'How many bytes of requests the gateway holds at once; beyond that it answers 429.',
  },
  GATEWAY_MAX_CONNECTIONS: {
    type: integer(1, 100_000),
    default: '1000',
    help: 'How many connections may be open at once; more are closed at once.',
  },
  GATEWAY_REQUEST_TIMEOUT_MS: {
    type: integer(100, 600_000),
    default: '10000',
    help: 'How long a request may take to arrive.',
  },
  GATEWAY_DELIVERY_TIMEOUT_MS: {
    type: integer(100, 600_000),
    default: '10000',
    help: 'How long Kafka may take to acknowledge; then the answer is 503.',
  },
} as const satisfies Record<string, Setting>
