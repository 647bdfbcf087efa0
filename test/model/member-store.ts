import type { IdempotencyStore } from '../../src/idempotency/store.ts'
import type { Member } from './member.ts'

const FLUSH_MS = 5

/**
 * Keeps marks as the Kafka store does: there are no claims, because owning the partition is the lease.
 * A mark is visible to its process at once, and to others after a flush, which takes a while.
 */
export function storeOf(by: Member): IdempotencyStore {
  const { world, clock, turnsAhead } = by
  const unflushed = new Map<string, string>()
  const markOf = (id: string) => world.marks.get(id)?.fingerprint ?? unflushed.get(id)
  const mustWork = () => {
    if (world.broken.store) throw new Error('the store is down')
  }
  return {
    name: 'kafka',
    turnsAhead,
    async open() {
      mustWork()
    },
    async claim({ eventId }, fingerprint) {
      mustWork()
      by.claimedAt.set(eventId, ++world.turn)
      const marked = markOf(eventId)
      if (marked !== undefined) return { type: 'completed', fingerprint: marked }
      const complete = async () => {
        mustWork()
        if (markOf(eventId) === undefined) unflushed.set(eventId, fingerprint)
      }
      return { type: 'claimed', claim: { complete, release: async () => {} } }
    },
    stateOf: () => undefined,
    async flush() {
      const batch = [...unflushed]
      if (batch.length > 0) await clock.sleep(FLUSH_MS)
      mustWork()
      for (const [id, mark] of batch) {
        if (!world.marks.has(id)) world.marks.set(id, { fingerprint: mark, by, at: ++world.turn })
        unflushed.delete(id)
      }
    },
    async close() {},
  }
}
