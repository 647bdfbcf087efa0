import type { MarkedOutcome } from '../event/outcome.ts'
import type { Clock } from '../util/clock.ts'
import { Fifo } from '../util/fifo.ts'
import { getOrInsert } from '../util/get-or-insert.ts'
import type { StateChange } from './staged.ts'
import { StateTable } from './state-table.ts'
import type { ClaimResult, DeliveryKey, IdempotencyStore } from './store.ts'

export interface MemoryStoreOptions {
  clock: Pick<Clock, 'elapsedMs'>
  ttlMs: number
  /** Beyond this the oldest mark is evicted and `onEvict` is called. */
  maxMarks: number
  onEvict?: () => void
}

/** A delivery that is claimed, or completed if `completedAtMs` is set. */
interface Entry {
  readonly of: Map<string, Entry>
  readonly eventId: string
  readonly fingerprint: string
  completedAtMs: number | undefined
}

/**
 * Marks in this process's memory: lost when it ends and invisible to other replicas. For tests and
 * trials.
 */
export function createMemoryStore(options: MemoryStoreOptions): IdempotencyStore {
  const { clock, ttlMs, maxMarks } = options
  const byPlugin = new Map<string, Map<string, Entry>>()
  /** Completed entries, in the order of their expiry. */
  const completed = new Fifo<Entry>()
  /** By topic. */
  const states = new Map<string, StateTable>()

  function claim({ plugin, eventId, topic }: DeliveryKey, fingerprint: string): ClaimResult {
    dropExpired()
    const of = getOrInsert(byPlugin, plugin, () => new Map<string, Entry>())
    const known = of.get(eventId)
    if (known !== undefined) return resultOf(known)
    const entry: Entry = { of, eventId, fingerprint, completedAtMs: undefined }
    of.set(eventId, entry)
    return { type: 'claimed', claim: { complete: completeWith, release } }

    function completeWith(_: MarkedOutcome, change?: StateChange): void {
      if (change !== undefined) statesOf(topic).set(plugin, change.key, change.text)
      complete(entry)
    }

    function release(): void {
      if (entry.completedAtMs === undefined && of.get(eventId) === entry) of.delete(eventId)
    }
  }

  function statesOf(topic: string): StateTable {
    return getOrInsert(states, topic, () => new StateTable())
  }

  function complete(entry: Entry): void {
    const known = entry.of.get(entry.eventId)
    if (known?.completedAtMs !== undefined) return
    // The claim may have been released, or passed to another delivery; the mark is valid all the same.
    if (known !== entry) entry.of.set(entry.eventId, entry)
    entry.completedAtMs = clock.elapsedMs()
    completed.push(entry)
    if (completed.length <= maxMarks) return
    drop()
    options.onEvict?.()
  }

  function dropExpired(): void {
    const oldest = completed.first()
    if (oldest === undefined) return
    const expiredAtMs = clock.elapsedMs() - ttlMs
    while ((completed.first()?.completedAtMs ?? Infinity) <= expiredAtMs) drop()
  }

  function drop(): void {
    const oldest = completed.shift()
    oldest?.of.delete(oldest.eventId)
  }

  return {
    name: 'memory',
    compares: 'hashes',
    claim,
    stateOf: ({ topic }, plugin, key) => statesOf(topic).get(plugin, key),
    open: async () => {},
    flush: async () => {},
    close: async () => {},
  }
}

function resultOf({ completedAtMs, fingerprint }: Entry): ClaimResult {
  if (completedAtMs === undefined) return { type: 'claimed-elsewhere' }
  return { type: 'completed', fingerprint }
}
