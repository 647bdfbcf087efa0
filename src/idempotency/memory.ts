import type { Clock } from '../event/clock.ts'
import type { ClaimResult, DeliveryKey, IdempotencyStore } from './store.ts'

export interface MemoryStoreOptions {
  clock: Pick<Clock, 'now'>
  ttlMs: number
  /** The oldest marks are dropped beyond this; `onEvict` is told. */
  maxMarks: number
  onEvict?: () => void
}

interface Mark {
  fingerprint: string
  expiresAtMs: number
}

/**
 * Marks in this process alone: gone when it ends, unseen by other replicas. For tests and trials.
 */
export function createMemoryStore(options: MemoryStoreOptions): IdempotencyStore {
  // Marks are inserted in the order of their expiry, so the oldest is always the first.
  const marks = new Map<string, Mark>()
  const claimed = new Set<string>()

  function dropExpired(): void {
    for (const [id, mark] of marks) {
      if (mark.expiresAtMs > options.clock.now()) return
      marks.delete(id)
    }
  }

  function dropBeyondLimit(): void {
    for (const id of marks.keys()) {
      if (marks.size <= options.maxMarks) return
      marks.delete(id)
      options.onEvict?.()
    }
  }

  function claim(key: DeliveryKey, fingerprint: string): ClaimResult {
    dropExpired()
    const id = markId(key)
    const mark = marks.get(id)
    if (mark !== undefined) return { type: 'completed', fingerprint: mark.fingerprint }
    if (claimed.has(id)) return { type: 'claimed-elsewhere' }
    claimed.add(id)
    return { type: 'claimed', claim: { complete, release } }

    async function complete(): Promise<void> {
      claimed.delete(id)
      if (marks.has(id)) return
      marks.set(id, { fingerprint, expiresAtMs: options.clock.now() + options.ttlMs })
      dropBeyondLimit()
    }

    async function release(): Promise<void> {
      claimed.delete(id)
    }
  }

  return {
    name: 'memory',
    claim: async (key, fingerprint) => claim(key, fingerprint),
    open: async () => {},
    flush: async () => {},
    close: async () => {},
  }
}

function markId(key: DeliveryKey): string {
  return `${key.plugin}\u0000${key.eventId}`
}
