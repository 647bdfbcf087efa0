import type { Event } from '../event/event.ts'
import type { JsonValue } from '../event/json.ts'
import type { Trace } from '../event/trace.ts'
import type { Where } from '../filter/where.ts'
import type { EventToPublish, PublishOptions } from './follow-up-types.ts'
import type { PluginMetrics } from './life/plugin-metrics.ts'
import type { HandlerReturn } from './returns/returns.ts'
import type { StandardSchema } from './settings/standard-schema.ts'

/** A logger with pino's signatures. Each line carries the plugin and the delivery. */
export interface PluginLog {
  debug(message: string): void
  debug(fields: object, message: string): void
  info(message: string): void
  info(fields: object, message: string): void
  warn(message: string): void
  warn(fields: object, message: string): void
  error(message: string): void
  error(fields: object, message: string): void
}

/** The headers of a Kafka record, in their order. A name may repeat. They may be kept after the call. */
export interface ReadonlyHeaders extends Iterable<[name: string, value: Buffer | null]> {
  /** The last value of that name, read as UTF-8; undefined if there is none, or it is null. */
  get(name: string): string | undefined
  /** The bytes of that value; undefined if there is none. */
  getBytes(name: string): Buffer | null | undefined
}

/** The second argument of a handler. */
export interface PluginContext<Settings = unknown> {
  log: PluginLog
  /** What the plugin's `settings` made of what was given; undefined without a schema. */
  settings: Settings
  /** Aborts when the time limit passes or the partition is lost. Stop working when it does. */
  signal: AbortSignal
  /** 1 on the first call for this event, 2 on its first retry. */
  attempt: number
  /** The same on every attempt and redrive. Pass it to downstream services that deduplicate. */
  idempotencyKey: string
  /** Where the event came from. */
  record: {
    topic: string
    partition: number
    offset: number
    timestampMs: number
    key: string | null
    headers: ReadonlyHeaders
  }
  /** The W3C trace headers of the record, to be passed on in downstream calls. */
  trace: Trace | undefined
  /**
   * Publishes an event that follows from this one, if the handler returns normally or with `skip`. The
   * delivery is completed only once it is written. Throws if the event is invalid.
   */
  publish(event: EventToPublish, options?: PublishOptions): void
}

/** The context of a plugin with `sql: true`. */
export interface SqlPluginContext<Settings = unknown> extends PluginContext<Settings> {
  sql: Sql
}

/** A transaction in the database of the idempotency store. */
export interface Sql {
  /**
   * Runs one statement with its values as $1, $2 and so on. The transaction begins and ends with the
   * call of the handler. It commits together with the record that this plugin completed the event.
   * If the handler throws, rejects the event or asks for a later call, it is rolled back.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>
}

/** Read-only all the way down. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

/**
 * What a plugin remembers of the entity that the event is about, as JSON. What a call sets counts only
 * if the handler returns normally or with `skip`; then it is stored together with the record that the
 * event is completed, exactly once.
 */
export interface PluginState<S = JsonValue> {
  /** Frozen. Before anything was set, what `initial` returns. */
  readonly value: DeepReadonly<S>
  /** Throws if it is not JSON, or too large. */
  set(next: S | ((previous: DeepReadonly<S>) => S)): void
  /** Forgets the entity. */
  clear(): void
}

/** That a plugin has state, and what it is at first. */
export interface StateOptions<S = JsonValue> {
  /** A whole number from 1 on. Raise it when the shape of the state changes. */
  version: number
  initial(): S
  /** Returns state of an earlier version in today's shape. Without it, such state fails the call. */
  upgrade?(old: JsonValue, version: number): S
}

/** The context of a plugin with `state`. */
export interface StatePluginContext<S = JsonValue> extends PluginContext {
  state: PluginState<S>
}

/** The argument of `start`. */
export interface StartContext<Settings = unknown> {
  settings: Settings
  /** Each line carries the plugin. */
  log: PluginLog
  /** Makes the plugin's own metrics, which are served with those of the service. */
  metrics: PluginMetrics
  /** Aborts when `start` takes too long, when the service stops meanwhile, and before `stop`. */
  signal: AbortSignal
}

/** What `health` says: `pause` makes the plugin's events wait, `unready` fails `/readyz`. */
export type PluginHealth = { status: 'ok' } | { status: 'pause' | 'unready'; why: string }

/**
 * How often a failed delivery is retried, and how long each wait is. Each wait is a random 50 to
 * 100 % of its nominal delay, so that deliveries that failed together do not retry together.
 */
export interface RetryPolicy {
  /** The number of calls, the first included. */
  maxAttempts: number
  /** The nominal delay before the second attempt. It doubles with each further attempt. */
  initialDelayMs: number
  /** The limit of the nominal delay. */
  maxDelayMs: number
}

/** A nominal delay before each further attempt, in place of delays that double. */
export interface RetryDelays {
  /** One attempt more than there are delays. With `onExhausted: 'hold'` the last one is repeated. */
  delaysMs: readonly number[]
}

/** One or the other: what a policy leaves out is taken from the settings, a list is complete. */
export type RetryOptions =
  | (Partial<RetryPolicy> & Partial<Record<keyof RetryDelays, undefined>>)
  | (RetryDelays & Partial<Record<keyof RetryPolicy, undefined>>)

export interface Plugin {
  /** A short name, unique in the service: lower-case letters, digits and dashes. */
  slug: string
  title?: string
  /**
   * The names of the events that this plugin gets. A name ending in `*` stands for all that begin so:
   * `stockitem.*`. Without `wants` and `wantsProcessEvent` the plugin gets every event.
   */
  wants?: readonly string[]
  /**
   * Decides by the event's name alone whether this plugin gets the event. Called synchronously for
   * every record, so keep it fast. For what `wants` can't say; a plugin has one of the two.
   */
  wantsProcessEvent?(name: string): boolean
  /**
   * Filters those events by content. Evaluated before the event is decoded; only the fields named in
   * some plugin's `where` are read.
   */
  where?: Where
  /** Returning normally completes the event. Throwing fails the attempt, and the event is retried. */
  processEvent(
    event: Event,
    context: PluginContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is the usual one.
  ): void | HandlerReturn | Promise<void | HandlerReturn>
  /** A plugin that takes many events at a time is a BatchPlugin. */
  processEvents?: never
  batch?: never
  retry?: RetryOptions
  /** How long one call may take before its signal aborts. */
  timeoutMs?: number
  /** The most calls of the handler that run at once. One by default if it takes batches. */
  concurrency?: number
  /** The most events whose call begins in a second. Unlimited by default. */
  maxPerSecond?: number
  /** What to do with a delivery whose attempts are used up. Default `dead-letter`. */
  onExhausted?: 'dead-letter' | 'hold'
  /**
   * Where a plugin that is new to the group starts: at the group's committed offsets (the default), or
   * with `now` behind every record that the topics hold when the plugin first starts.
   */
  startFrom?: 'committed' | 'now'
  /** Whether the handler uses `context.sql`. Requires a postgres idempotency store. */
  sql?: boolean
  /** Gives the handler `context.state`. The idempotency store `memory` forgets it at a restart. */
  state?: StateOptions
  /** Validates the plugin's settings at start: a schema of zod, valibot, arktype or the like. */
  settings?: StandardSchema
  /** The settings that are shown nowhere, by name. */
  secrets?: readonly string[]
  /** Called once, before the first event. The service does not start if it throws. */
  start?(context: StartContext): void | Promise<void>
  /** Called once, after the last handler has ended. */
  stop?(): void | Promise<void>
  /** Called every few seconds while the service runs. Throwing means `pause`. */
  health?(context: { signal: AbortSignal }): PluginHealth | Promise<PluginHealth>
}
