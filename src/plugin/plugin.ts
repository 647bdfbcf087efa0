import type { Event } from '../event/event.ts'
import type { Trace } from '../event/trace.ts'
import type { Where } from '../filter/where.ts'

/** What a handler may log with: pino's shape, each line carrying the plugin and the delivery. */
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

/** What a handler is given beside the event. */
export interface PluginContext {
  log: PluginLog
  /** Aborts when the time limit passes or the partition is lost: end what you do. */
  signal: AbortSignal
  /** 1 on the first call for this event, 2 on its first retry. */
  attempt: number
  /** The same on every attempt and redrive: pass it to a downstream that dedupes. */
  idempotencyKey: string
  /** Where the event came from. */
  record: {
    topic: string
    partition: number
    offset: number
    timestampMs: number
    key: string | null
  }
  /** The W3C trace headers that the record came with: pass them on. */
  trace: Trace | undefined
}

/** What a plugin that says `sql: true` is given besides. */
export interface SqlPluginContext extends PluginContext {
  sql: Sql
}

/** A transaction in the database of the idempotency store. */
export interface Sql {
  /**
   * Runs one statement, its values as $1, $2 and so on. What it writes becomes true together with
   * the note that this plugin completed the event, or not at all: a handler that throws or rejects
   * the event leaves nothing behind. The transaction begins and ends with the call of the handler.
   */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>
}

const RETURN = Symbol.for('inventory-events.return')

/** The two returns of a handler beside a normal one. */
export type HandlerReturn = { [RETURN]: 'skip' | 'reject'; why: string }

/** The handler declines the event: it is completed, nothing is retried or dead-lettered. */
export function skip(why: string): HandlerReturn {
  return { [RETURN]: 'skip', why }
}

/** The event is bad for this plugin: it goes to the dead letters at once, without retries. */
export function reject(why: string): HandlerReturn {
  return { [RETURN]: 'reject', why }
}

/** Tells `skip` and `reject` from every other value that a handler may return. */
export function returnOf(value: unknown): HandlerReturn | undefined {
  const isReturn = typeof value === 'object' && value !== null && RETURN in value
  return isReturn ? (value as HandlerReturn) : undefined
}

export function verbOf(value: HandlerReturn): 'skip' | 'reject' {
  return value[RETURN]
}

/** How often and how patiently a failed delivery is tried again. */
export interface RetryPolicy {
  /** Calls in all, the first one included. */
  maxAttempts: number
  /** The wait before the second attempt; it doubles with each further one. */
  initialDelayMs: number
  maxDelayMs: number
}

export interface Plugin {
  /** Short, unique in the service: lower-case letters, digits and dashes. */
  slug: string
  title?: string
  /**
   * Decides by the event's name alone whether this plugin is given the event. Called inline for
   * every record: keep it quick. Without it the plugin is given every event.
   */
  wantsProcessEvent?(name: string): boolean
  /**
   * Which of those events it is given, by what they hold. Asked before the event is decoded, of the
   * fields alone that some plugin's `where` names.
   */
  where?: Where
  /** Returning normally means processed; throwing means: try again. */
  processEvent(
    event: Event,
    context: PluginContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is the usual one.
  ): void | HandlerReturn | Promise<void | HandlerReturn>
  retry?: Partial<RetryPolicy>
  /** How long one call may take before its signal aborts. */
  timeoutMs?: number
  /** How many deliveries of this plugin may be handled at once. */
  concurrency?: number
  /** How many calls may begin in a second; no limit unless you set one. */
  maxPerSecond?: number
  /** What becomes of a delivery whose attempts are used up: `dead-letter` unless you say `hold`. */
  onExhausted?: 'dead-letter' | 'hold'
  /**
   * Which events a plugin that is new to the group begins with: those from the group's committed
   * offsets on, unless you say `now`, which leaves out all that the topics hold at that time.
   */
  startFrom?: 'committed' | 'now'
  /** The handler uses `context.sql`, so the idempotency store must be `postgres`. */
  sql?: boolean
}
