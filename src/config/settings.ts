import { gatewaySettings } from './gateway-settings.ts'
import { kafkaSettings } from './kafka-settings.ts'
import { limits } from './plugin-limits.ts'
import {
  bearerToken,
  flag,
  idempotencyStore,
  integer,
  oneOf,
  pluginFilters,
  pluginSpecifiers,
  type Setting,
  type ValueType,
} from './value-types.ts'

const DAY_MS = 86_400_000

/** Every setting, in the order in which a reader meets them. */
export const settings = {
  ...kafkaSettings,
  OUT_OF_RANGE: {
    type: oneOf('earliest', 'latest', 'fail'),
    default: 'earliest',
    help: 'What to do when Kafka no longer has the record that comes next: go on with what is left, or with new records only, or end.',
  },
  PLUGINS: {
    type: pluginSpecifiers,
    help: 'The plugins to run: files or packages, separated by commas.',
  },
  PLUGIN_FILTERS: {
    type: pluginFilters,
    file: true,
    help: 'Filters beside those of the plugins, as JSON: {"slug": where}. An event must match both.',
  },
  EVENTS_ENABLED: {
    type: flag,
    default: 'false',
    help: 'Whether events are handed to plugins at all. While false, they pass by.',
  },
  IDEMPOTENCY_STORE: {
    type: idempotencyStore,
    default: 'kafka:',
    secret: true,
    file: true,
    help: 'Where it is noted which plugin completed which event. kafka: in <topic>.<group>.marks. postgres: in a table, whatever the partition; plugins have context.sql. memory: forgets at a restart.',
  },
  IDEMPOTENCY_TTL_MS: {
    type: integer(60_000, 90 * DAY_MS),
    default: '86400000',
    help: 'How long a completed event is remembered.',
  },
  IDEMPOTENCY_MAX_MARKS: {
    type: integer(1_000, 100_000_000),
    default: '1000000',
    help: 'How many completed deliveries a process remembers at most; the oldest are forgotten first.',
  },
  IDEMPOTENCY_LEASE_MS: {
    type: integer(1_000, 600_000),
    default: '30000',
    help: 'Store postgres: after how long without a sign of life the claims of a replica pass to others.',
  },
  IDEMPOTENCY_CONNECTIONS_MAX: {
    type: integer(2, 1_000),
    default: '20',
    help: 'Store postgres: connections of a replica. Plugins with context.sql share three quarters of them.',
  },
  HTTP_PORT: {
    type: integer(0, 65_535),
    default: '8080',
    help: 'Serves /livez, /readyz and /metrics. 0 takes a free port.',
  },
  ADMIN_TOKEN: {
    type: bearerToken,
    secret: true,
    file: true,
    help: 'The bearer token of /admin/state and /admin/events/ID on that port. Unset: these are off.',
  },
  LOG_LEVEL: {
    type: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    help: 'The least severe lines that are logged.',
  },
  MAX_IN_FLIGHT_BYTES: {
    type: integer(1_048_576, 8_589_934_592),
    default: '67108864',
    help: 'How many bytes of records may be held at once; when they are used up, reading pauses.',
  },
  PLUGIN_CONCURRENCY: {
    type: integer(limits.concurrency.min, limits.concurrency.max),
    default: '64',
    help: 'How many deliveries of a plugin may be handled at once, unless the plugin says otherwise.',
  },
  HANDLER_TIMEOUT_MS: {
    type: integer(limits.timeoutMs.min, limits.timeoutMs.max),
    default: '30000',
    help: 'How long a handler may take before its signal aborts, unless the plugin says otherwise.',
  },
  HANDLER_GRACE_MS: {
    type: integer(10, 3_600_000),
    default: '30000',
    help: 'How long a handler may go on after its signal aborted. Then the process restarts.',
  },
  MAX_CRASHES: {
    type: integer(1, 100),
    default: '3',
    help: 'How often the handler of an event may end the process. Then the event becomes a dead letter.',
  },
  RETRY_MAX_ATTEMPTS: {
    type: integer(limits.maxAttempts.min, limits.maxAttempts.max),
    default: '5',
    help: 'How often a handler is called for an event, unless the plugin says otherwise.',
  },
  RETRY_INITIAL_DELAY_MS: {
    type: integer(limits.initialDelayMs.min, limits.initialDelayMs.max),
    default: '200',
    help: 'The wait before the second attempt; it doubles with each further one.',
  },
  RETRY_MAX_DELAY_MS: {
    type: integer(limits.maxDelayMs.min, limits.maxDelayMs.max),
    default: '30000',
    help: 'The longest wait between two attempts.',
  },
  COMMIT_INTERVAL_MS: {
    type: integer(10, 60_000),
    default: '1000',
    help: 'How often progress is committed to Kafka. A crash repeats what came after the last time.',
  },
  DRAIN_TIMEOUT_MS: {
    type: integer(0, 3_600_000),
    default: '20000',
    help: 'How long a stop goes on with what is queued and running, before it leaves the rest.',
  },
  REBALANCE_DRAIN_TIMEOUT_MS: {
    type: integer(0, 600_000),
    default: '5000',
    help: 'How long a rebalance is held up to go on with what is queued and running: at most two thirds of SESSION_TIMEOUT_MS.',
  },
  SESSION_TIMEOUT_MS: {
    type: integer(6_000, 1_800_000),
    default: '30000',
    help: 'After how long without a sign of life the group gives the partitions to others.',
  },
  WATCHDOG_TIMEOUT_MS: {
    type: integer(1_000, 3_600_000),
    help: 'How long a plugin may block the thread before the process ends. SESSION_TIMEOUT_MS unless set.',
  },
  ...gatewaySettings,
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings

export const settingNames = Object.keys(settings) as SettingName[]

type Value<N extends SettingName> =
  (typeof settings)[N]['type'] extends ValueType<infer T> ? T : never

type MayBeUnset<N extends SettingName> = (typeof settings)[N] extends { default: string }
  ? never
  : undefined

/** The values of all settings. Those named in `Needed` are there, as are those with a default. */
export type Config<Needed extends SettingName = never> = {
  readonly [N in SettingName]: Value<N> | MayBeUnset<N>
} & { readonly [N in Needed]: Value<N> } & {
  /** The files that values came from. */
  readonly files?: { readonly [N in SettingName]?: string }
}
