import { entityKey } from '../../event/entity-key.ts'
import type { Event } from '../../event/event.ts'
import { nameOf } from '../../event/guards.ts'
import { NO_HEADERS } from '../../event/headers.ts'
import { INVENTORY_KINDS } from '../../event/kinds.ts'
import type { DeadLetterReason } from '../../event/outcome.ts'
import { HandlerHeaders } from '../../pipeline/handle/handler-headers.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { PluginLog } from '../../plugin/plugin.ts'
import { type Counts, NO_COUNTS } from '../replicas/counts.ts'
import type { MalformedRecord } from '../workload/malformed-records.ts'
import type { Publication } from '../workload/stream.ts'

export interface ExpectedEffect {
  key: string
  /** Its index in the stream: effects of a key must be in this order. */
  place: number
}

/** The expected results, computed from what is published. */
export interface Expectation {
  /** By the plugin's slug; `*` for records that no filter could be evaluated for. */
  counts: Map<string, Counts>
  /** By the plugin's slug, then the event's id. */
  effects: Map<string, Map<string, ExpectedEffect>>
  /** Dead letters, each as `deadLetterName` names it. */
  letters: string[]
}

/** Identifies a dead letter by plugin, reason and the event's id, or the record's key. */
export function deadLetterName(plugin: string, reason: string, label: string): string {
  return `${plugin} ${reason} ${label}`
}

/**
 * Runs every publication through each plugin as the service should: its filter by name, its handler
 * once per event id and again while it fails. Plugins must be deterministic.
 */
export async function expect(
  plugins: readonly LoadedPlugin[],
  stream: readonly Publication[],
  malformed: readonly MalformedRecord[],
): Promise<Expectation> {
  const expectation: Expectation = { counts: new Map(), effects: new Map(), letters: [] }
  for (const plugin of plugins) await expectOf(plugin, stream, expectation)
  for (const record of malformed) expectDeadLetters(record, plugins, expectation)
  return expectation
}

async function expectOf(
  plugin: LoadedPlugin,
  stream: readonly Publication[],
  { counts, effects, letters }: Expectation,
): Promise<void> {
  const count = { ...NO_COUNTS }
  const processed = new Map<string, ExpectedEffect>()
  const deadLetter = (reason: DeadLetterReason, id: string) => {
    count.deadLettered += 1
    letters.push(deadLetterName(plugin.slug, reason, id))
  }
  for (const [place, { type, event }] of stream.entries()) {
    if (!wants(plugin, nameOf(event))) continue
    count.wanted += 1
    if (type === 'again') count.duplicate += 1
    else if (type === 'conflict') deadLetter('conflict', event.id)
    else {
      const { attempts, ok } = await tryOut(plugin, event)
      count.retried += attempts - 1
      if (!ok) deadLetter('exhausted', event.id)
      else {
        count.processed += 1
        processed.set(event.id, { key: entityKey(INVENTORY_KINDS, event), place })
      }
    }
  }
  counts.set(plugin.slug, count)
  effects.set(plugin.slug, processed)
}

/** An undecodable record has a dead letter per plugin that wants its name, or one if it has no name. */
function expectDeadLetters(
  { name, key }: MalformedRecord,
  plugins: readonly LoadedPlugin[],
  { counts, letters }: Expectation,
): void {
  const isNamed = name !== undefined
  const slugs = isNamed
    ? plugins.filter((plugin) => wants(plugin, name)).map(({ slug }) => slug)
    : ['*']
  for (const slug of slugs) {
    const count = counts.get(slug) ?? { ...NO_COUNTS }
    count.wanted += isNamed ? 1 : 0
    count.deadLettered += 1
    counts.set(slug, count)
    letters.push(deadLetterName(slug, 'undecodable', key))
  }
}

function wants(plugin: LoadedPlugin, name: string): boolean {
  return plugin.wantsProcessEvent?.(name) ?? true
}

async function tryOut(
  plugin: LoadedPlugin,
  event: Event,
): Promise<{ attempts: number; ok: boolean }> {
  const { maxAttempts } = plugin.retry
  for (let attempts = 1; attempts <= maxAttempts; attempts++) {
    try {
      await plugin.processEvent(event, contextOf(event, attempts))
      return { attempts, ok: true }
    } catch {
      // Some sample plugins fail on purpose.
    }
  }
  return { attempts: maxAttempts, ok: false }
}

function contextOf(event: Event, attempt: number) {
  const headers = new HandlerHeaders(NO_HEADERS)
  const place = { topic: '', partition: 0, offset: 0, timestampMs: 0 }
  const record = { ...place, key: entityKey(INVENTORY_KINDS, event), headers }
  const idempotencyKey = event.id
  return {
    log: silent,
    publish() {},
    signal: NEVER,
    attempt,
    idempotencyKey,
    record,
    trace: undefined,
    settings: undefined,
  }
}

const ignore = () => {}
const silent: PluginLog = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const NEVER = new AbortController().signal
