import { accessToken, flag, integer, type Setting, secrets, topic } from './value-types.ts'

/** The settings of `inventory-events gateway`, besides those of Kafka and the registry. */
export const gatewaySettings = {
  GATEWAY_PORT: {
    type: integer(0, 65_535),
    default: '8090',
    help: 'The port on which the gateway accepts events. 0 picks a free port.',
  },
  GATEWAY_SECRETS: {
    type: secrets,
    secret: true,
    file: true,
    help: 'The webhook secrets, one for each hook. A request signed with any of them is accepted.',
  },
  GATEWAY_ALLOW_UNSIGNED: {
    type: flag,
    default: 'false',
    help: 'Whether to start without GATEWAY_SECRETS and accept unsigned webhooks from anyone.',
  },
  GATEWAY_TOLERANCE_MS: {
    type: integer(1_000, 86_400_000),
    default: '300000',
    help: "How far the time of a signature may differ from the gateway's clock, in milliseconds. Beyond it the request gets 401.",
  },
  GATEWAY_TOKEN: {
    type: accessToken,
    secret: true,
    file: true,
    help: 'The bearer token of POST /events. Unset: that route is off.',
  },
  GATEWAY_INVENTORY_TOPIC: {
    type: topic,
    default: 'inventory.events',
    help: 'The topic for inventory events (events with a kind).',
  },
  GATEWAY_PLUGIN_TOPIC: {
    type: topic,
    default: 'plugin.events',
    help: 'The topic for plugin events.',
  },
  GATEWAY_MAX_BODY_BYTES: {
    type: integer(1_024, 104_857_600),
    default: '4194304',
    help: 'The largest request body in bytes. A larger one gets 413.',
  },
  GATEWAY_MAX_EVENTS: {
    type: integer(1, 100_000),
    default: '1000',
    help: 'The most events in one request. More get 413.',
  },
  GATEWAY_MAX_IN_FLIGHT_BYTES: {
    type: integer(1_048_576, 8_589_934_592),
    default: '67108864',
    help: 'The most bytes of requests held in memory; each route has an equal share. At the limit, further requests get 429.',
  },
  GATEWAY_MAX_CONNECTIONS: {
    type: integer(1, 100_000),
    default: '1000',
    help: 'The most open connections. Further ones are closed immediately.',
  },
  GATEWAY_REQUEST_TIMEOUT_MS: {
    type: integer(100, 600_000),
    default: '10000',
    help: 'How long a request may take to arrive, in milliseconds. At the limit it gets 408.',
  },
  GATEWAY_DELIVERY_TIMEOUT_MS: {
    type: integer(100, 600_000),
    default: '10000',
    help: "How long Kafka may take to acknowledge a request's events, in milliseconds. At the limit the request gets 503.",
  },
} as const satisfies Record<string, Setting>
