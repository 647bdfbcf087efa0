import type { Event } from '../../event/event.ts'
import type { Plugin, PluginContext, Sql } from '../plugin.ts'
import type { BatchOutcomes } from '../returns/batch-outcomes.ts'

/** When a batch is handed over: when it is full, or when its first event has waited long enough. */
export interface BatchOptions {
  /** The most events of a batch. */
  maxEvents: number
  /** The longest that an event waits for others. */
  maxWaitMs: number
}

/** What belongs to one event of a batch. */
export type BatchedEvent = Pick<
  PluginContext,
  'attempt' | 'idempotencyKey' | 'log' | 'publish' | 'record' | 'trace'
>

/** The second argument of a handler of batches. */
export interface BatchContext<E extends Event = Event, Settings = unknown>
  extends Pick<PluginContext<Settings>, 'log' | 'settings' | 'signal'> {
  /** What belongs to one event of this batch. Throws for any other object, copies included. */
  of(event: E): BatchedEvent
}

/** The context of a plugin with `processEvents` and `sql: true`: one transaction for the whole batch. */
export interface SqlBatchContext<E extends Event = Event, Settings = unknown>
  extends BatchContext<E, Settings> {
  sql: Sql
}

/** A plugin whose handler takes many events at a time. It can't have `state`. */
export interface BatchPlugin
  extends Omit<Plugin, 'processEvent' | 'processEvents' | 'batch' | 'state'> {
  processEvent?: never
  state?: never
  batch: BatchOptions
  /**
   * Returning nothing completes all events of the batch. A batch whose call throws is halved, and its
   * halves are called one after the other, until the event that fails is alone: only that one uses an attempt.
   */
  processEvents(
    events: readonly Event[],
    context: BatchContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is the usual one.
  ): void | BatchOutcomes | Promise<void | BatchOutcomes>
}

/** A plugin as modules export it. */
export type AnyPlugin = Plugin | BatchPlugin
