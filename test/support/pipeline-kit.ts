import type { Span, WriterSchema } from '../../src/avro/writer-schema.ts'
import type { DeadLetter } from '../../src/dead-letter/dead-letter.ts'
import type { Event } from '../../src/event/event.ts'
import { headersOf } from '../../src/event/headers.ts'
import type { JsonValue } from '../../src/event/json.ts'
import { INVENTORY_KINDS } from '../../src/event/kinds.ts'
import type { Outcome } from '../../src/event/outcome.ts'
import { valueAt } from '../../src/event/path.ts'
import type { SourceRecord } from '../../src/event/record.ts'
import { createMemoryStore } from '../../src/idempotency/memory.ts'
import type { IdempotencyStore } from '../../src/idempotency/store.ts'
import { noCrashStore } from '../../src/pipeline/admit/crash-counts.ts'
import { allOn } from '../../src/pipeline/admit/plugin-switches.ts'
import { noCallSlots } from '../../src/pipeline/handle/handle.ts'
import { emptyTally } from '../../src/pipeline/intake/evaluate-filters.ts'
import { OffsetLedger } from '../../src/pipeline/offset-ledger.ts'
import type { PipelineOptions } from '../../src/pipeline/options.ts'
import { createPipeline } from '../../src/pipeline/pipeline.ts'
import type { Epoch } from '../../src/pipeline/source.ts'
import type { LoadedBatch, LoadedPlugin } from '../../src/plugin/loaded-plugin.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { deepFreeze } from '../../src/util/deep-freeze.ts'
import { ManualClock } from './manual-clock.ts'

/** A plugin with fast defaults for tests. */
export function plugin(part: Partial<LoadedPlugin> & Pick<Plugin, 'processEvent'>): LoadedPlugin {
  return {
    slug: 'plugin',
    title: 'plugin',
    file: 'plugin.ts',
    wantsProcessEvent: undefined,
    retry: { maxAttempts: 3, initialDelayMs: 100, maxDelayMs: 1_000 },
    timeoutMs: 1_000,
    concurrency: 8,
    onExhausted: 'dead-letter',
    startFrom: 'committed',
    sql: false,
    ...part,
  } as LoadedPlugin
}

/** The same for a plugin that takes batches. */
export function batchPlugin({
  maxEvents = 10,
  maxWaitMs = 50,
  processEvents,
  ...part
}: Partial<LoadedPlugin> & Partial<LoadedBatch> & Pick<LoadedBatch, 'processEvents'>) {
  const batch = { maxEvents, maxWaitMs, processEvents }
  return plugin({ slug: 'sink', concurrency: 1, batch, processEvent() {}, ...part })
}

/** A stand-in for Avro: values are readable JSON. Its schema id is always 1. */
export const jsonSchema: WriterSchema & { decoded: number } = {
  decoded: 0,
  fullName: 'json',
  isContract: true,
  unreadable: undefined,
  peek: (bytes, start = 0, end) => {
    const { kind, name, id } = parse(bytes.subarray(start, end))
    return { name: kind ?? name, id: id === undefined ? undefined : spanOf(id, bytes, start) }
  },
  decode(value) {
    this.decoded += 1
    const event = parse(value)
    if (event.broken) throw new Error('its body is broken')
    return deepFreeze(event as unknown as Event)
  },
  decodedBytes: 0,
  projection: (paths) => (value, slots) => {
    const event = parse(value)
    for (const [slot, path] of paths.entries()) slots[slot] = valueAt(event, path)
  },
  decodeAsWritten: (value) => parse(value) as JsonValue,
}

function spanOf(id: string, bytes: Buffer, from: number): Span {
  const start = bytes.indexOf(JSON.stringify(id), from) + 1
  return { start, end: start + Buffer.byteLength(id) }
}

function parse(value: Buffer): Record<string, string> {
  return JSON.parse(value.toString())
}

export interface Ended {
  plugin: string
  id: string
  outcome: Outcome['type']
}

export interface KitOptions extends Partial<PipelineOptions> {
  plugins: LoadedPlugin[]
}

/** A pipeline with all its ports in memory and a manual clock. */
export function pipelineKit(options: KitOptions) {
  const clock = new ManualClock()
  const letters: DeadLetter[] = []
  const ended: Ended[] = []
  const notes: string[] = []
  const store: IdempotencyStore = createMemoryStore({ clock, ttlMs: 1e9, maxMarks: 1_000 })
  const skips: Record<string, { count: number }> = {}
  const faults = { deadLetters: false }
  const note = (text: string) => void notes.push(text)
  const pipeline = createPipeline({
    groupId: 'group',
    switches: allOn,
    maxInFlightBytes: 1_000_000,
    handlerGraceMs: 500,
    schemaIdOf: () => 1,
    schemas: { lookup: () => ({ type: 'ready', schema: jsonSchema }) },
    prints: { contentHash: JSON.stringify, fingerprint: JSON.stringify },
    store,
    deadLetters: {
      async write(letter) {
        if (faults.deadLetters) throw new Error('not acknowledged')
        letters.push(letter)
      },
    },
    followUps: { kinds: INVENTORY_KINDS, encode: () => [], write: async () => {} },
    crashes: noCrashStore,
    maxCrashes: 3,
    calls: noCallSlots,
    clock,
    random: () => 0.5,
    removalOf: () => undefined,
    logOf: () => console,
    onStuck: (delivery) => note(`stuck ${delivery.plugin.slug}`),
    reports: {
      onConsumed: () => {},
      onHeaderMismatch: () => note('header mismatch'),
      filterTallyOf: emptyTally,
      unwantedTallyOf: () => ({ count: 0 }),
      skipTallyOf: ({ slug }, cause) => (skips[`${slug} ${cause}`] ??= { count: 0 }),
      onHandled: () => {},
      onUnreturned: ({ message }) => note(message),
      onSettled: (delivery, outcome) =>
        ended.push({
          plugin: delivery.plugin.slug,
          id: delivery.wanted.content?.id ?? '',
          outcome: outcome.type,
        }),
      onAbandoned: () => note('abandoned'),
      onRetry: () => note('retry'),
      onHeld: () => note('held'),
      onDelayed: (_, { delayMs }) => note(`delayed ${delayMs}`),
      onInterrupted: () => note('interrupted'),
      onDeadLetter: (_, reason) => note(`dead letter ${reason}`),
      onPublished: (_, events) => note(`published ${events}`),
      onWriteFailed: (_, what) => note(`${what} failed`),
      onConflict: () => note('conflict'),
      onBreaker: (_, state) => note(`breaker ${state}`),
      onSuspect: (_, crashes) => note(`suspect ${crashes}`),
      onCrashRecordFailed: () => note('crash note failed'),
      onStoreError: () => note('store error'),
      onStoreCall: () => {},
    },
    ...options,
  })
  return { pipeline, clock, letters, ended, notes, store, faults, skips }
}

export type Kit = ReturnType<typeof pipelineKit>

/** A partition that is owned until `lose` is called. `put` passes events to the pipeline as records. */
export function partition(kit: Kit, number = 0, startOffset = 0, topic = 'events') {
  const loss = new AbortController()
  const ledger = new OffsetLedger(startOffset)
  const epoch: Epoch = { topic, partition: number, ledger, lost: loss.signal }
  void kit.pipeline.begin(epoch)
  const take = (record: Partial<SourceRecord>) =>
    kit.pipeline.take(epoch, {
      topic,
      partition: number,
      offset: ledger.expected,
      timestampMs: 0,
      key: Buffer.from('key'),
      value: Buffer.from('{}'),
      headers: headersOf({}),
      ...record,
    })
  return {
    epoch,
    ledger,
    take,
    put: (event: object, key = 'key') =>
      take({ key: Buffer.from(key), value: Buffer.from(JSON.stringify(event)) }),
    lose() {
      loss.abort()
      kit.pipeline.end(epoch)
    },
  }
}
