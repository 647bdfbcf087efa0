import { pino } from 'pino'
import { contentHash } from '../../src/avro/codec/content-hash.ts'
import { fingerprint } from '../../src/avro/codec/fingerprint.ts'
import { builtInContract } from '../../src/avro/schema/contract-schemas.ts'
import { schemaIdOf } from '../../src/avro/wire-format.ts'
import type { InventoryEvent } from '../../src/event/event.ts'
import { HeaderList } from '../../src/event/headers.ts'
import { INVENTORY_KINDS } from '../../src/event/kinds.ts'
import type { SourceRecord } from '../../src/event/record.ts'
import { createMemoryStore } from '../../src/idempotency/memory.ts'
import type { IdempotencyStore } from '../../src/idempotency/store.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { createReports } from '../../src/observe/pipeline-metrics.ts'
import { createSampledLog } from '../../src/observe/sampled-log.ts'
import { noCrashStore } from '../../src/pipeline/admit/crash-counts.ts'
import { allOn } from '../../src/pipeline/admit/plugin-switches.ts'
import { createPipeline, type Pipeline } from '../../src/pipeline/pipeline.ts'
import { withDefaults } from '../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { toRecord } from '../../src/publish/to-record.ts'
import { createLocalSchemas } from '../../src/testing/local-schemas.ts'
import { systemClock as clock } from '../../src/util/clock.ts'
import { CallTable } from '../../src/watchdog/call-table.ts'
import { trackCalls } from '../../src/watchdog/track-calls.ts'

const LIMITS = {
  retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 },
  timeoutMs: 30_000,
  concurrency: 64,
  maxStateBytes: 65_536,
}

const schemas = createLocalSchemas(builtInContract())

/** The service's pipeline without Kafka. */
export function barePipeline(
  plugins: readonly Plugin[],
  store: IdempotencyStore = createMemoryStore({ clock, ttlMs: 1e6, maxMarks: 100_000 }),
): Pipeline {
  const log = pino({ level: 'silent' })
  const metrics = createMetrics({ version: 'bench' })
  const sampled = createSampledLog({ log, clock })
  return createPipeline({
    groupId: 'bench',
    plugins: plugins.map((plugin) => withDefaults(plugin, 'bench', LIMITS)),
    switches: allOn,
    maxInFlightBytes: 64 * 1024 * 1024,
    handlerGraceMs: 1_000,
    schemaIdOf,
    schemas,
    prints: { contentHash, fingerprint },
    store,
    deadLetters: { write: async () => {} },
    followUps: { kinds: INVENTORY_KINDS, encode: () => [], write: async () => {} },
    crashes: noCrashStore,
    maxCrashes: 3,
    calls: trackCalls(new CallTable()),
    clock,
    random: Math.random,
    removalOf: () => undefined,
    logOf: () => log,
    onStuck: () => {},
    reports: createReports({ metrics, log, sampled, clock, store: 'memory' }),
  })
}

/** An event as a record read by a client. */
export function readAs(event: InventoryEvent): Pick<SourceRecord, 'key' | 'value' | 'headers'> {
  const options = { schemaId: schemas.idOf(event), source: '/bench' }
  const { key, value, headers } = toRecord(builtInContract(), event, options)
  const read = headers.all.map((each) => ({ ...each, value: Buffer.from(String(each.value)) }))
  return { key: Buffer.from(key), value, headers: new HeaderList(read) }
}
