import { contentHash } from '../avro/codec/content-hash.ts'
import { encodeEvent } from '../avro/codec/encoder.ts'
import { fingerprint } from '../avro/codec/fingerprint.ts'
import type { Contract } from '../avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../avro/wire-format.ts'
import { loadConfig } from '../config/load-config.ts'
import { entityKey } from '../event/entity-key.ts'
import type { Event } from '../event/event.ts'
import { HeaderList } from '../event/headers.ts'
import type { CompletedOutcome } from '../event/outcome.ts'
import { noCrashStore } from '../pipeline/admit/crash-counts.ts'
import { allOn } from '../pipeline/admit/plugin-switches.ts'
import type { Delivery } from '../pipeline/delivery.ts'
import { noCallSlots } from '../pipeline/handle/handle.ts'
import { emptyTally } from '../pipeline/intake/evaluate-filters.ts'
import { OffsetLedger } from '../pipeline/offset-ledger.ts'
import { createPipeline } from '../pipeline/pipeline.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import type { PluginLog, Sql } from '../plugin/plugin.ts'
import type { Clock } from '../util/clock.ts'
import { InventoryEventsError } from '../util/errors.ts'
import { type Failure, failureLine } from '../util/failure/failure.ts'
import type { CrashStep } from './crash.ts'
import type { Kept } from './kept.ts'
import { createLocalSchemas } from './local-schemas.ts'
import { noReports } from './no-reports.ts'
import { NotedDelays } from './noted-delays.ts'
import type { PublishedEvents } from './published-events.ts'
import { impatientClock } from './time/impatient-clock.ts'
import { withSql } from './with-sql.ts'

/** The settings of a service whose environment sets none. */
export const config = loadConfig({})

export interface ProcessOptions {
  contract: Contract
  plugin: LoadedPlugin
  kept: Kept
  clock: Clock
  log: PluginLog
  sql?: Sql | undefined
  headers?: ((event: Event) => Iterable<readonly [string, Buffer | string | null]>) | undefined
  key?: ((event: Event) => string) | undefined
  published: PublishedEvents
  onSettled(delivery: Delivery, outcome: CompletedOutcome, delays: NotedDelays): void
}

export type TestProcess = Awaited<ReturnType<typeof startProcess>>

/**
 * One process of a service in memory, with one partition that it reads from `offset` on: the
 * service's pipeline, a store that begins with what was kept, and no Kafka.
 */
export async function startProcess(options: ProcessOptions, offset = 0) {
  const { contract, plugin, kept, clock, log, sql, headers = () => [] } = options
  const { key = (event: Event) => entityKey(contract.kinds, event) } = options
  const schemas = createLocalSchemas(contract)
  const tally = emptyTally()
  const delays = new NotedDelays()
  let crash: CrashStep | undefined
  let failure: Error | undefined
  let hasCrashed = false
  let waiting = Promise.withResolvers<void>()

  function fail(error: InventoryEventsError): void {
    failure ??= error
    waiting.resolve()
  }

  function crashesAt(step: CrashStep): boolean {
    if (step !== crash) return false
    hasCrashed = true
    waiting.resolve()
    return true
  }

  const store = kept.store({ clock, ttlMs: config.IDEMPOTENCY_TTL_MS, crashesAt })
  const pipeline = createPipeline({
    groupId: 'test',
    plugins: [{ ...plugin, batch: unwaiting(plugin.batch), onExhausted: 'dead-letter' }],
    switches: allOn,
    // Without a clock there is no time in which the plugin could come back.
    ...(clock === impatientClock && { lanesToOpenBreaker: Number.POSITIVE_INFINITY }),
    maxInFlightBytes: Number.MAX_SAFE_INTEGER,
    handlerGraceMs: plugin.timeoutMs,
    schemaIdOf,
    schemas,
    prints: { contentHash, fingerprint },
    store: withSql(store, sql),
    deadLetters: { write: async () => {} },
    followUps: options.published,
    crashes: noCrashStore,
    maxCrashes: 1,
    calls: noCallSlots,
    clock,
    random: () => 0.5,
    removalOf: (record) => delays.removalOf(record),
    logOf: () => log,
    onStuck: () => fail(stuck(plugin)),
    reports: {
      ...noReports,
      filterTallyOf: () => tally,
      unwantedTallyOf: () => tally.unwanted,
      onDelayed: (delivery, outcome) => delays.add(delivery, outcome),
      onUnreturned: (missing) => fail(missingReturn(missing)),
      onSettled(delivery, outcome) {
        options.onSettled(delivery, outcome, delays)
        if (isIdle()) waiting.resolve()
      },
    },
  })
  const isIdle = () => pipeline.stats().inFlightDeliveries === 0
  const lost = new AbortController()
  const ledger = new OffsetLedger(offset)
  const epoch = { topic: 'test', partition: 0, ledger, lost: lost.signal }
  await pipeline.begin(epoch)

  return {
    /** Takes the next record, which holds that event. Returns whether the filters want it. */
    take(event: Event, crashStep?: CrashStep): boolean {
      crash = crashStep
      waiting = Promise.withResolvers()
      const { count } = tally.unwanted
      const given = [...headers(event)].map(([name, value]) => ({ name, value }))
      pipeline.take(epoch, {
        ...{ topic: 'test', partition: 0, offset: ledger.expected, timestampMs: clock.now() },
        key: Buffer.from(key(event)),
        value: encodeEvent(contract, event, schemas.idOf(event)),
        headers: new HeaderList(given),
      })
      return tally.unwanted.count === count
    },
    /** Resolves when all that was taken has ended, with whether the process has crashed instead. */
    async settled(): Promise<'settled' | 'crashed'> {
      if (ledger.outstanding > 0 && failure === undefined && !hasCrashed) await waiting.promise
      if (failure !== undefined) throw failure
      if (!hasCrashed) return 'settled'
      lost.abort()
      pipeline.end(epoch)
      return 'crashed'
    },
  }
}

/** No more events come than are there: none has to be waited for. */
function unwaiting(batch: LoadedPlugin['batch']): LoadedPlugin['batch'] {
  return batch && { ...batch, maxWaitMs: 0 }
}

function stuck({ slug }: LoadedPlugin): InventoryEventsError {
  const message = `plugin ${slug}: a handler ignores its aborted signal and does not end`
  return new InventoryEventsError('HANDLER_TIMEOUT', message, { plugin: slug })
}

function missingReturn(failure: Failure): InventoryEventsError {
  return new InventoryEventsError('PLUGIN_INVALID', failureLine(failure))
}
