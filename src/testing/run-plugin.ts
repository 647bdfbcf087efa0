import { contentHash } from '../avro/codec/content-hash.ts'
import { encodeEvent } from '../avro/codec/encoder.ts'
import { fingerprint } from '../avro/codec/fingerprint.ts'
import { schemaIdOf } from '../avro/wire-format.ts'
import { loadConfig } from '../config/load-config.ts'
import { entityKey } from '../event/entity-key.ts'
import type { Event } from '../event/event.ts'
import { HeaderList } from '../event/headers.ts'
import { assertNever, type CompletedOutcome, type DeadLetterReason } from '../event/outcome.ts'
import type { SourceRecord } from '../event/record.ts'
import { assertEvent } from '../event/validation/validate.ts'
import { createMemoryStore } from '../idempotency/memory.ts'
import { noCrashStore } from '../pipeline/admit/crash-counts.ts'
import { allOn } from '../pipeline/admit/plugin-switches.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import { noCallSlots } from '../pipeline/handle/handle.ts'
import { emptyTally } from '../pipeline/intake/evaluate-filters.ts'
import { OffsetLedger } from '../pipeline/offset-ledger.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import { checkPlugin } from '../plugin/check-plugin.ts'
import { defaultsFrom, type LoadedPlugin, withDefaults } from '../plugin/loaded-plugin.ts'
import type { Plugin, PluginLog, Sql } from '../plugin/plugin.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { type Failure, failureLine } from '../util/failure/failure.ts'
import { impatientClock as clock } from './impatient-clock.ts'
import { inLife, withTestSettings } from './in-life.ts'
import { createLocalSchemas } from './local-schemas.ts'
import { noReports } from './no-reports.ts'
import { NotedDelays } from './noted-delays.ts'
import { withSql } from './with-sql.ts'

export interface RunOptions {
  /** Delivers every event twice, as a producer that retries does. */
  duplicates?: boolean
  /**
   * Delivers every event again with all marks lost, as after a crash between a handler's effect and
   * its mark. Shows whether repeated calls do harm.
   */
  crash?: boolean
  /**
   * The `context.sql` of a plugin with `sql: true`: a fake, or the pool of a real database. Statements
   * are passed on as they are; no transaction is begun or rolled back.
   */
  sql?: Sql
  /** The headers of an event's record. None by default. */
  headers?: (event: Event) => Iterable<readonly [name: string, value: Buffer | string | null]>
  /**
   * The plugin's settings, as PLUGIN_SETTINGS would give them: what its schema makes of them is given to `start`
   * and to the handler. Default: none.
   */
  settings?: Readonly<Record<string, unknown>>
  /** Receives the plugin's log lines. They are dropped by default. */
  log?: PluginLog
}

/** How one event ended for the plugin. */
export interface DeliveryReport {
  event: Event
  /**
   * `held`: all attempts failed and the plugin has `onExhausted: 'hold'`. `delayed`: 100 calls returned
   * `retryAfter` without counting as attempts. In both cases the service would go on trying.
   */
  outcome: CompletedOutcome['type'] | 'held' | 'delayed'
  /** The number of handler calls. */
  attempts: number
  /** Why it was dead-lettered. */
  reason?: DeadLetterReason
  /** The last error message, or the reason given to `skip` or `reject`. */
  error?: string
  /** What each `retryAfter` asked for. */
  delaysMs?: number[]
  /** The code given to `reject`. */
  code?: string
  /** The last error, if it was thrown: with its type, place, stack and causes. */
  failure?: Failure
}

export interface RunReport {
  /** In the order in which they completed. */
  deliveries: DeliveryReport[]
  /** The events that the filters declined. */
  unwanted: Event[]
}

/**
 * Runs a plugin over events in memory through the service's pipeline: filters, Avro, order per
 * entity, idempotency, time limits, retries and dead letters, between its `start` and its `stop`. There
 * are no waits between attempts. Rejects with PLUGIN_INVALID, also if a handler calls `skip` or
 * `reject` after an `await` and does not return it, with PLUGIN_START_FAILED, EVENT_INVALID, or with
 * HANDLER_TIMEOUT if a handler never settles.
 */
export async function runPlugin(
  plugin: Plugin,
  events: readonly Event[],
  options: RunOptions = {},
): Promise<RunReport> {
  const loaded = await withTestSettings(load(plugin, options), options.settings)
  const valid = events.map((event) => assertEvent(event))
  const delivered = options.duplicates ? valid.flatMap((event) => [event, event]) : valid
  const report: RunReport = { deliveries: [], unwanted: [] }
  await inLife(loaded, options.log ?? silent, async () => {
    await runOnce(loaded, delivered, report, options)
    if (options.crash) await runOnce(loaded, delivered, report, options)
  })
  return report
}

/** The settings of a service whose environment sets none. */
const config = loadConfig({})

function load(plugin: Plugin, { sql }: RunOptions): LoadedPlugin {
  const problems = checkPlugin(plugin)
  if (plugin.sql && sql === undefined)
    problems.push('sql: expected the option sql of runPlugin, got nothing')
  if (problems.length > 0) throw new InventoryEventsError('PLUGIN_INVALID', problems.join('; '))
  return withDefaults(plugin, 'test', defaultsFrom(config))
}

async function runOnce(
  plugin: LoadedPlugin,
  events: readonly Event[],
  report: RunReport,
  { log = silent, sql, headers = () => [] }: RunOptions,
): Promise<void> {
  const schemas = createLocalSchemas()
  const end = Promise.withResolvers<void>()
  const tally = emptyTally()
  const delays = new NotedDelays()
  let haveAllArrived = false
  const pipeline = createPipeline({
    groupId: 'test',
    plugins: [{ ...plugin, onExhausted: 'dead-letter' }],
    switches: allOn,
    maxInFlightBytes: Number.MAX_SAFE_INTEGER,
    handlerGraceMs: plugin.timeoutMs,
    schemaIdOf,
    schemas,
    prints: { contentHash, fingerprint },
    store: withSql(
      createMemoryStore({
        clock,
        ttlMs: config.IDEMPOTENCY_TTL_MS,
        maxMarks: Number.MAX_SAFE_INTEGER,
      }),
      sql,
    ),
    deadLetters: { write: async () => {} },
    crashes: noCrashStore,
    maxCrashes: 1,
    calls: noCallSlots,
    clock,
    random: () => 0.5,
    removalOf: (record) => delays.removalOf(record),
    logOf: () => log,
    onStuck: () => end.reject(stuck(plugin)),
    reports: {
      ...noReports,
      filterTallyOf: () => tally,
      onDelayed: (delivery, outcome) => delays.add(delivery, outcome),
      onUnreturned: (failure) => end.reject(missingReturn(failure)),
      onSettled(delivery, outcome) {
        const ended = reportOf(delivery, outcome, plugin, events)
        report.deliveries.push({ ...ended, ...delays.reportOf(delivery) })
        if (haveAllArrived && pipeline.stats().inFlightDeliveries === 0) end.resolve()
      },
    },
  })
  const lost = new AbortController().signal
  const epoch = { topic: 'test', partition: 0, ledger: new OffsetLedger(0), lost }
  await pipeline.begin(epoch)
  for (const event of events) {
    const { count } = tally.unwanted
    const record = recordOf(event, epoch.ledger.expected, schemas.idOf(event))
    const given = [...headers(event)].map(([name, value]) => ({ name, value }))
    pipeline.take(epoch, { ...record, headers: new HeaderList(given) })
    if (tally.unwanted.count > count) report.unwanted.push(event)
  }
  haveAllArrived = true
  if (epoch.ledger.outstanding > 0) await end.promise
}

function recordOf(event: Event, offset: number, schemaId: number): Omit<SourceRecord, 'headers'> {
  const key = Buffer.from(entityKey(event))
  const value = encodeEvent(event, schemaId)
  return { topic: 'test', partition: 0, offset, timestampMs: clock.now(), key, value }
}

/** A record's offset is the index of its event. */
function reportOf(
  delivery: Delivery,
  outcome: CompletedOutcome,
  plugin: LoadedPlugin,
  events: readonly Event[],
): DeliveryReport {
  const event = events[delivery.wanted.record.offset] as Event
  const { attempts } = delivery
  switch (outcome.type) {
    case 'processed':
    case 'duplicate':
      return { event, outcome: outcome.type, attempts }
    case 'skipped':
      return { event, outcome: outcome.type, attempts, error: outcome.why }
    case 'rejected': {
      const { type, why: error, ...code } = outcome
      return { event, outcome: type, attempts, error, ...code }
    }
    case 'dead-lettered': {
      const { reason, error: failure } = outcome
      const why = { error: failure.message, ...(failure.type !== undefined && { failure }) }
      const isHeld = reason === 'exhausted' && plugin.onExhausted === 'hold'
      if (isHeld) return { event, outcome: 'held', attempts, ...why }
      if (reason === 'retention') return { event, outcome: 'delayed', attempts, ...why }
      return { event, outcome: 'dead-lettered', attempts, reason, ...why }
    }
    default:
      return assertNever(outcome)
  }
}

function stuck({ slug }: LoadedPlugin): InventoryEventsError {
  const message = `plugin ${slug}: a handler ignores its aborted signal and does not end`
  return new InventoryEventsError('HANDLER_TIMEOUT', message, { plugin: slug })
}

function missingReturn(failure: Failure): InventoryEventsError {
  return new InventoryEventsError('PLUGIN_INVALID', failureLine(failure))
}

const silent: PluginLog = { debug() {}, info() {}, warn() {}, error() {} }
