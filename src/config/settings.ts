import { consoleSettings } from './console-settings.ts'
import { gatewaySettings } from './gateway-settings.ts'
import { kafkaSettings } from './kafka-settings.ts'
import { limits } from './plugin-limits.ts'
import {
  accessToken,
  eventsEnabled,
  idempotencyStore,
  integer,
  oneOf,
  pluginFilters,
  pluginSettings,
  pluginSpecifiers,
  type Setting,
  type ValueType,
} from './value-types.ts'

const DAY_MS = 86_400_000

/** Every setting, in the order in which documentation lists them. */
export const settings = {
  ...kafkaSettings,
  OUT_OF_RANGE: {
    type: oneOf('earliest', 'latest', 'fail'),
    default: 'earliest',
    help: 'Where to resume when the next offset is no longer in the log: at the earliest record, at the latest, or not at all (the service stops with an error).',
  },
  PLUGINS: {
    type: pluginSpecifiers,
    help: 'The plugins to run: paths or package names, separated by commas.',
  },
  EVENT_SCHEMAS: {
    type: pluginSpecifiers,
    help: "Kinds of events of one's own: Avro schemas, as paths of files or folders, or package names, separated by commas.",
  },
  PLUGIN_FILTERS: {
    type: pluginFilters,
    file: true,
    help: 'Additional filters as JSON, by plugin: {"slug": where}. An event must match both this filter and the plugin\'s own.',
  },
  PLUGIN_SETTINGS: {
    type: pluginSettings,
    secret: true,
    file: true,
    help: 'The settings of plugins as JSON, by plugin: {"slug": {"name": value}}. A variable PLUGIN_<SLUG>_<NAME> overrides one of them.',
  },
  EVENTS_ENABLED: {
    type: eventsEnabled,
    help: 'Whether events are delivered to plugins. Required by `serve`: there is no safe default. `events on` and `events off` override it.',
  },
  IDEMPOTENCY_STORE: {
    type: idempotencyStore,
    default: 'kafka:',
    secret: true,
    file: true,
    help: 'Where completed deliveries are recorded. kafka: in the topics <topic>.<group>.marks. postgres: in one table for all partitions, and plugins can use context.sql. memory: in the process; lost at a restart.',
  },
  IDEMPOTENCY_TTL_MS: {
    type: integer(60_000, 90 * DAY_MS),
    default: '86400000',
    help: 'How long a completed delivery is remembered, in milliseconds. After that, an event with the same id is handled again.',
  },
  IDEMPOTENCY_MAX_MARKS: {
    type: integer(1_000, 100_000_000),
    default: '1000000',
    help: 'Stores kafka and memory: the most completed deliveries that a process remembers. Beyond it the oldest are forgotten, and those events would be handled again.',
  },
  STATE_MAX_BYTES: {
    type: integer(1_024, 524_288),
    default: '65536',
    help: 'The most that a plugin may remember of one entity with `context.state`, in bytes of JSON.',
  },
  IDEMPOTENCY_LEASE_MS: {
    type: integer(1_000, 600_000),
    default: '30000',
    help: "Store postgres: how long a replica's claims last without a renewal, in milliseconds. After that, another replica may take them over.",
  },
  IDEMPOTENCY_CONNECTIONS_MAX: {
    type: integer(2, 1_000),
    default: '20',
    help: 'Store postgres: the most connections of a replica. Plugins with context.sql share about three quarters of them.',
  },
  HTTP_PORT: {
    type: integer(0, 65_535),
    default: '8080',
    help: 'The port of /livez, /readyz and /metrics, of the service and of the gateway. 0 picks a free port.',
  },
  ADMIN_TOKEN: {
    type: accessToken,
    secret: true,
    file: true,
    help: 'The bearer token of /admin/state and /admin/events/ID on HTTP_PORT. Unset: these routes are off.',
  },
  LOG_LEVEL: {
    type: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    help: 'The lowest level that is logged.',
  },
  LOG_FORMAT: {
    type: oneOf('json', 'text'),
    help: 'How log lines are written: json, one object per line, or text to read. Unset: text to a terminal, json to anything else.',
  },
  MAX_IN_FLIGHT_BYTES: {
    type: integer(1_048_576, 8_589_934_592),
    default: '67108864',
    help: 'The most bytes of records held in memory. At the limit, fetching pauses until deliveries complete. A record that is larger, or that becomes an event of more, is dead-lettered as `too-large`.',
  },
  PLUGIN_CONCURRENCY: {
    type: integer(limits.concurrency.min, limits.concurrency.max),
    default: '64',
    help: 'The most deliveries of a plugin that are handled at once, unless the plugin sets `concurrency`.',
  },
  HANDLER_TIMEOUT_MS: {
    type: integer(limits.timeoutMs.min, limits.timeoutMs.max),
    default: '30000',
    help: 'How long a call of processEvent may take, in milliseconds, unless the plugin sets `timeoutMs`. At the limit its signal aborts.',
  },
  HANDLER_GRACE_MS: {
    type: integer(10, 3_600_000),
    default: '30000',
    help: 'How long a handler may keep running after its signal aborted, in milliseconds. After that the process exits, to be restarted.',
  },
  MAX_CRASHES: {
    type: integer(1, 100),
    default: '3',
    help: 'How many times the handler of one event may crash the process. At the limit the event is dead-lettered.',
  },
  RETRY_MAX_ATTEMPTS: {
    type: integer(limits.maxAttempts.min, limits.maxAttempts.max),
    default: '5',
    help: 'How many times processEvent is called for an event, the first call included, unless the plugin sets `retry.maxAttempts`. Then the event is dead-lettered or held.',
  },
  RETRY_INITIAL_DELAY_MS: {
    type: integer(limits.initialDelayMs.min, limits.initialDelayMs.max),
    default: '200',
    help: 'The nominal wait before the second attempt, in milliseconds. It doubles with each attempt up to RETRY_MAX_DELAY_MS; each actual wait is a random 50 to 100 % of it.',
  },
  RETRY_MAX_DELAY_MS: {
    type: integer(limits.maxDelayMs.min, limits.maxDelayMs.max),
    default: '30000',
    help: 'The longest nominal wait between two attempts, in milliseconds. Each actual wait is a random 50 to 100 % of it.',
  },
  COMMIT_INTERVAL_MS: {
    type: integer(10, 60_000),
    default: '1000',
    help: 'How often offsets are committed, in milliseconds. After a crash, records since the last commit are read again.',
  },
  STATUS_INTERVAL_MS: {
    type: integer(1_000, 600_000),
    default: '5000',
    help: 'How often a replica writes its status into the topic <group>.status, for the console, in milliseconds.',
  },
  DRAIN_TIMEOUT_MS: {
    type: integer(0, 3_600_000),
    default: '20000',
    help: 'How long a shutdown waits for queued and running deliveries, in milliseconds. Unfinished ones are redelivered.',
  },
  REBALANCE_DRAIN_TIMEOUT_MS: {
    type: integer(0, 600_000),
    default: '5000',
    help: 'How long a rebalance waits for queued and running deliveries, in milliseconds; at most two thirds of SESSION_TIMEOUT_MS. Unfinished ones are redelivered if their partition moves.',
  },
  SESSION_TIMEOUT_MS: {
    type: integer(6_000, 1_800_000),
    default: '30000',
    help: 'How long a replica may go without a heartbeat, in milliseconds. After that, the group moves its partitions to other replicas.',
  },
  WATCHDOG_TIMEOUT_MS: {
    type: integer(1_000, 3_600_000),
    help: 'How long a plugin may block the event loop, in milliseconds. After that the process exits. Unset: SESSION_TIMEOUT_MS.',
  },
  ...gatewaySettings,
  ...consoleSettings,
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings

export const settingNames = Object.keys(settings) as SettingName[]

type Value<N extends SettingName> =
  (typeof settings)[N]['type'] extends ValueType<infer T> ? T : never

type MayBeUnset<N extends SettingName> = (typeof settings)[N] extends { default: string }
  ? never
  : undefined

/** The values of all settings. Settings in `Needed` and those with a default are never undefined. */
export type Config<Needed extends SettingName = never> = {
  readonly [N in SettingName]: Value<N> | MayBeUnset<N>
} & { readonly [N in Needed]: Value<N> } & {
  /** The files that values were read from. */
  readonly files?: { readonly [N in SettingName]?: string }
}
