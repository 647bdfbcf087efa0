import type { Config } from '../config/settings.ts'
import type { Filter } from '../filter/filter.ts'
import { readFilter } from '../filter/read-filter.ts'
import { matcherOf } from '../filter/wanted-names.ts'
import type { AnyPlugin, BatchOptions, BatchPlugin } from './batches/batch-plugin.ts'
import type { Plugin, RetryPolicy, StateOptions } from './plugin.ts'
import { type RetryPlan, retryPlanOf } from './retry-plan.ts'
import type { StandardSchema } from './settings/standard-schema.ts'

/** A validated plugin with every default applied. */
export interface LoadedPlugin {
  readonly slug: string
  readonly title: string
  /** The file it was loaded from. */
  readonly file: string
  /** The names and patterns that `wantsProcessEvent` accepts, if the author has listed them. */
  readonly wants: readonly string[] | undefined
  /** May be the author's code, which may throw and return something other than a boolean. */
  readonly wantsProcessEvent: ((name: string) => boolean) | undefined
  /** The filter by content. Undefined matches every event. */
  readonly where: Filter | undefined
  /** Not called if there is `batch`. */
  readonly processEvent: Plugin['processEvent']
  /** How it takes events many at a time; undefined if it takes them one by one. */
  readonly batch: LoadedBatch | undefined
  readonly retry: RetryPlan
  readonly timeoutMs: number
  readonly concurrency: number
  readonly maxPerSecond: number | undefined
  readonly onExhausted: 'dead-letter' | 'hold'
  /** Where the plugin starts if it is new to the group. */
  readonly startFrom: 'committed' | 'now'
  /** Whether each call gets a transaction that also records the completion. */
  readonly sql: boolean
  readonly state: LoadedState | undefined
  /** Validates its settings; undefined if it takes none. */
  readonly settingsSchema: StandardSchema | undefined
  /** Its secret settings, by name. */
  readonly secrets: readonly string[]
  /** Its validated settings; undefined before `applySettings`, and if it takes none. */
  readonly settings: unknown
  /** The values of its secrets, which no message may hold. */
  readonly secretTexts: readonly string[]
  readonly start: Plugin['start'] | undefined
  readonly stop: Plugin['stop'] | undefined
  readonly health: Plugin['health'] | undefined
}

export type LoadedBatch = Readonly<BatchOptions> & Pick<BatchPlugin, 'processEvents'>

export interface LoadedState extends StateOptions {
  /** The most that may be stored of one entity, as JSON. */
  readonly maxBytes: number
}

/** The values for options that a plugin does not set. */
export interface PluginDefaults {
  retry: RetryPolicy
  timeoutMs: number
  concurrency: number
  maxStateBytes: number
}

/** Applies the defaults. The plugin's functions are bound, so they keep their `this`. */
export function withDefaults(
  plugin: AnyPlugin,
  file: string,
  defaults: PluginDefaults,
): LoadedPlugin {
  const isBatched = plugin.processEvents !== undefined
  return Object.freeze({
    slug: plugin.slug,
    title: plugin.title ?? plugin.slug,
    file,
    wants: plugin.wants && Object.freeze([...plugin.wants]),
    wantsProcessEvent: plugin.wants
      ? matcherOf(plugin.wants)
      : plugin.wantsProcessEvent?.bind(plugin),
    where: plugin.where && readFilter(plugin.where, 'where').filter,
    processEvent: isBatched ? takesBatches : plugin.processEvent.bind(plugin),
    batch: isBatched ? batchOf(plugin) : undefined,
    retry: Object.freeze(retryPlanOf(plugin.retry ?? {}, defaults.retry)),
    timeoutMs: plugin.timeoutMs ?? defaults.timeoutMs,
    concurrency: plugin.concurrency ?? (isBatched ? BATCHES_AT_ONCE : defaults.concurrency),
    maxPerSecond: plugin.maxPerSecond,
    onExhausted: plugin.onExhausted ?? 'dead-letter',
    startFrom: plugin.startFrom ?? 'committed',
    sql: plugin.sql ?? false,
    state: plugin.state && stateOf(plugin.state, defaults.maxStateBytes),
    settingsSchema: plugin.settings,
    secrets: plugin.secrets ?? [],
    settings: undefined,
    secretTexts: [],
    start: plugin.start?.bind(plugin),
    stop: plugin.stop?.bind(plugin),
    health: plugin.health?.bind(plugin),
  })
}

/** While one batch is handled, the next one is filled. */
const BATCHES_AT_ONCE = 1

function takesBatches(): never {
  throw new Error('expected a call of processEvents')
}

function batchOf(plugin: BatchPlugin): LoadedBatch {
  const { maxEvents, maxWaitMs } = plugin.batch
  return Object.freeze({ maxEvents, maxWaitMs, processEvents: plugin.processEvents.bind(plugin) })
}

function stateOf(state: StateOptions, maxBytes: number): LoadedState {
  return Object.freeze({
    version: state.version,
    initial: state.initial.bind(state),
    ...(state.upgrade !== undefined && { upgrade: state.upgrade.bind(state) }),
    maxBytes,
  })
}

/** Whether the idempotency store has `context.sql`. */
export function offersSql(config: Config): boolean {
  return config.IDEMPOTENCY_STORE.startsWith('postgres:')
}

/** The defaults of plugin options, as the settings give them. */
export function defaultsFrom(config: Config): PluginDefaults {
  return {
    retry: {
      maxAttempts: config.RETRY_MAX_ATTEMPTS,
      initialDelayMs: config.RETRY_INITIAL_DELAY_MS,
      maxDelayMs: config.RETRY_MAX_DELAY_MS,
    },
    timeoutMs: config.HANDLER_TIMEOUT_MS,
    concurrency: config.PLUGIN_CONCURRENCY,
    maxStateBytes: config.STATE_MAX_BYTES,
  }
}
