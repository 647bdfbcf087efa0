import { loadContract } from '../avro/own-kinds/load-contract.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import type { Event } from '../event/event.ts'
import type { JsonValue } from '../event/json.ts'
import type { Kinds } from '../event/kinds.ts'
import { assertEvent } from '../event/validation/validate.ts'
import type { AnyPlugin } from '../plugin/batches/batch-plugin.ts'
import { checkPlugin } from '../plugin/check-plugin.ts'
import { defaultsFrom, type LoadedPlugin, withDefaults } from '../plugin/loaded-plugin.ts'
import type { PluginLog, Sql } from '../plugin/plugin.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { CrashStep } from './crash.ts'
import { type DeliveryReport, reportOf } from './delivery-report.ts'
import { inLife, withTestSettings } from './in-life.ts'
import { Kept } from './kept.ts'
import { NotedErrors } from './noted-errors.ts'
import { type PublishedEvent, PublishedEvents } from './published-events.ts'
import { type Item, runSequence } from './run-sequence.ts'
import { config, type ProcessOptions, startProcess } from './test-process.ts'
import { impatientClock } from './time/impatient-clock.ts'

export interface RunOptions {
  /** Delivers every event twice, as a producer that retries does. */
  duplicates?: boolean
  /**
   * `true`: delivers every event again with all marks lost, at the end. A step: each event's first delivery
   * ends there, as if the process had been killed, and the event is delivered again with what was kept.
   * Shows whether repeated calls do harm.
   */
  crash?: boolean | CrashStep
  /** The states that the plugin has at first, by record key. */
  state?: Readonly<Record<string, JsonValue>>
  /** The version of these states, to test `upgrade`. Default: the plugin's own. */
  stateVersion?: number
  /**
   * Time in the run, such as a `fakeClock()`, which then has to be advanced. By default time is real,
   * and there are no waits between attempts.
   */
  clock?: Clock
  /**
   * The `context.sql` of a plugin with `sql: true`: a fake, or the pool of a real database. Statements
   * are passed on as they are; no transaction is begun or rolled back.
   */
  sql?: Sql
  /** The key of an event's record, as for one that was published with a key. By default that of its entity. */
  key?: (event: Event) => string
  /** The headers of an event's record. None by default. */
  headers?: (event: Event) => Iterable<readonly [name: string, value: Buffer | string | null]>
  /**
   * The plugin's settings, as PLUGIN_SETTINGS would give them: what its schema makes of them is given to `start`
   * and to the handler. Default: none.
   */
  settings?: Readonly<Record<string, unknown>>
  /** Kinds of one's own, as in EVENT_SCHEMAS: files, folders and packages. None by default. */
  schemas?: readonly string[]
  /** Receives the plugin's log lines. They are dropped by default. */
  log?: PluginLog
}

export interface RunReport {
  /** In the order in which they completed. */
  deliveries: DeliveryReport[]
  /** The events that the filters declined. */
  unwanted: Event[]
  /** What the plugin published with `context.publish`, each event once. */
  published: PublishedEvent[]
  /** The states that the plugin has at the end, by record key. */
  state: Record<string, JsonValue>
}

/**
 * Runs a plugin over events in memory through the service's pipeline: filters, Avro, order per
 * entity, idempotency, time limits, retries and dead letters, between its `start` and its `stop`. Unless
 * it is given a clock, there are no waits between attempts. Rejects with PLUGIN_INVALID, also if a handler calls `skip` or
 * `reject` after an `await` and does not return it, or if it publishes different events when it is called
 * again, with PLUGIN_START_FAILED, EVENT_INVALID, or with
 * HANDLER_TIMEOUT if a handler never settles.
 */
export async function runPlugin(
  plugin: AnyPlugin,
  events: readonly Event[],
  options: RunOptions = {},
): Promise<RunReport> {
  const contract = loadContract(options.schemas)
  const { kinds } = contract
  const loaded = await withTestSettings(load(kinds, plugin, options), options.settings)
  const valid = events.map((event) => assertEvent(kinds, event))
  const delivered = options.duplicates ? valid.flatMap((event) => [event, event]) : valid
  const report: RunReport = { deliveries: [], unwanted: [], published: [], state: {} }
  const published = new PublishedEvents(contract)
  const parts = { ...options, contract, published }
  await inLife(loaded, options.log ?? silent, async () => {
    const { crash } = options
    if (typeof crash === 'string') return runCrashing(loaded, delivered, report, parts)
    await runAtOnce(loaded, delivered, report, parts)
    if (crash) await runAtOnce(loaded, delivered, report, parts)
  })
  return { ...report, published: published.all }
}

function load(kinds: Kinds, plugin: AnyPlugin, { sql, state }: RunOptions): LoadedPlugin {
  const problems = checkPlugin(kinds, plugin)
  if (plugin.sql && sql === undefined)
    problems.push('sql: expected the option sql of runPlugin, got nothing')
  if (state !== undefined && plugin.state === undefined)
    problems.push('state: expected the plugin to have state, because runPlugin is given some')
  if (problems.length > 0) throw new InventoryEventsError('PLUGIN_INVALID', problems.join('; '))
  return withDefaults(plugin, 'test', defaultsFrom(config))
}

interface RunParts extends RunOptions {
  contract: Contract
  published: PublishedEvents
}

/** Takes all records before the handlers end, as a fetch does. */
async function runAtOnce(
  plugin: LoadedPlugin,
  events: readonly Event[],
  report: RunReport,
  options: RunParts,
): Promise<void> {
  const run = prepare(plugin, events, report, options)
  const process = await startProcess(run)
  for (const event of events) if (!process.take(event)) report.unwanted.push(event)
  await process.settled()
  report.state = run.kept.states()
}

async function runCrashing(
  plugin: LoadedPlugin,
  events: readonly Event[],
  report: RunReport,
  options: RunParts,
): Promise<void> {
  const run = prepare(plugin, events, report, options)
  const crash = { step: options.crash as CrashStep, uncommitted: 0 }
  const seen = new Set<string>()
  const items = events.map((event): Item => {
    if (seen.has(event.id)) return { event }
    seen.add(event.id)
    return { event, crash }
  })
  await runSequence(items, {
    ...run,
    boot: async () => run.plugin,
    onUnwanted: (event) => report.unwanted.push(event),
  })
  report.state = run.kept.states()
}

function prepare(
  plugin: LoadedPlugin,
  events: readonly Event[],
  report: RunReport,
  options: RunParts,
): ProcessOptions {
  const { log = silent, clock = impatientClock, sql, headers, key } = options
  const { contract, published } = options
  const errors = new NotedErrors()
  return {
    ...{ plugin: errors.watch(plugin), clock, log, sql, headers, key },
    ...{ contract, published },
    kept: new Kept(storedStates(plugin, options)),
    onSettled(delivery, outcome, delays) {
      const { offset } = delivery.wanted.record
      const ended = reportOf(events[offset] as Event, delivery, outcome, plugin)
      const more = { ...delays.reportOf(delivery), ...errors.reportOf(offset) }
      report.deliveries.push({ ...ended, ...more })
    },
  }
}

function storedStates(
  plugin: LoadedPlugin,
  { state = {}, stateVersion = plugin.state?.version }: RunOptions,
): Map<string, string> {
  const textOf = (value: JsonValue) => JSON.stringify({ version: stateVersion, value })
  return new Map(Object.entries(state).map(([key, value]) => [key, textOf(value)]))
}

const silent: PluginLog = { debug() {}, info() {}, warn() {}, error() {} }
