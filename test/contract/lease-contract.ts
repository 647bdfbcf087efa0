import { describe, expect, it } from 'vitest'
import type { DeliveryKey, IdempotencyStore } from '../../src/idempotency/store.ts'
import { claimOf } from './store-contract.ts'

/** Stores of several owners that share their marks. */
export interface LeaseBench {
  leaseMs: number
  owner(): Promise<LeaseOwner>
  /** Time passes for marks and leases but not for the owners, as if they were frozen. */
  passStored(ms: number): Promise<void>
}

export interface LeaseOwner {
  store: IdempotencyStore
  /** Time passes for the owner only; it renews its leases when they are due. */
  pass(ms: number): Promise<void>
  /** Like `pass`, but the owner is frozen until the end of that time. */
  freeze(ms: number): Promise<void>
  /** Claims that the owner has found to be lost. */
  lostCount(): number
}

const key = (eventId: string): DeliveryKey => {
  return { plugin: 'plugin', eventId, topic: 'topic', partition: 0 }
}

/** The contract of every store whose claims are leases. */
export function leaseContract(name: string, create: () => Promise<LeaseBench>): void {
  describe(`the leases of the ${name} store`, () => {
    async function twoOwners() {
      const bench = await create()
      const [first, second] = [await bench.owner(), await bench.owner()]
      return { ...bench, first, second }
    }

    /** The second owner has taken over a claim that the first one believes it still holds. */
    async function takenOver() {
      const { first, second, passStored, leaseMs } = await twoOwners()
      const stale = claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs)
      const fresh = claimOf(await second.store.claim(key('a'), 'f'))
      return { first, second, stale, fresh, leaseMs }
    }

    it('grants each of many ids to exactly one of two racing owners', async () => {
      const { first, second } = await twoOwners()
      const ids = Array.from({ length: 200 }, (_, n) => `event ${n}`)
      const race = ids.flatMap((id) => [
        first.store.claim(key(id), 'f'),
        second.store.claim(key(id), 'f'),
      ])
      const types = (await Promise.all(race)).map(({ type }) => type)
      expect(types.filter((type) => type === 'claimed')).toHaveLength(ids.length)
      expect(types.filter((type) => type === 'claimed-elsewhere')).toHaveLength(ids.length)
      for (let pair = 0; pair < types.length; pair += 2) {
        expect(types[pair]).not.toBe(types[pair + 1])
      }
    })

    it('refuses a claim until the lease expires, then grants it to another owner', async () => {
      const { first, second, passStored, leaseMs } = await twoOwners()
      claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs - 1_000)
      expect(await second.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
      await passStored(1_000)
      expect(await second.store.claim(key('a'), 'f')).toHaveProperty('type', 'claimed')
      expect(await first.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
    })

    it('grants an expired lease to one of many requests', async () => {
      const { first, second, passStored, leaseMs } = await twoOwners()
      claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs)
      const requesters = Array.from({ length: 20 }, (_, n) => [first, second][n % 2]!)
      const results = await Promise.all(requesters.map(({ store }) => store.claim(key('a'), 'f')))
      expect(results.filter(({ type }) => type === 'claimed')).toHaveLength(1)
    })

    it('keeps the lease of a live owner', async () => {
      const { first, second, passStored, leaseMs } = await twoOwners()
      const claim = claimOf(await first.store.claim(key('a'), 'f'))
      for (let turn = 0; turn < 5; turn++) {
        await passStored(leaseMs * 0.9)
        await first.pass(leaseMs / 3)
        expect(await second.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
      }
      expect(claim.lost?.aborted).toBe(false)
      await claim.complete('processed')
      expect(first.lostCount()).toBe(0)
    })

    it('reports the loss to a former owner when it renews, once', async () => {
      const { first, stale, fresh, leaseMs } = await takenOver()
      expect(stale.lost?.aborted).toBe(false)
      await first.pass(leaseMs / 3)
      await first.pass(leaseMs / 3)
      expect(stale.lost?.aborted).toBe(true)
      expect(fresh.lost?.aborted).toBe(false)
      expect(first.lostCount()).toBe(1)
    })

    it('treats its own leases as lost after too long a pause', async () => {
      const { first, leaseMs } = await twoOwners()
      const claim = claimOf(await first.store.claim(key('a'), 'f'))
      const later = claimOf(await first.store.claim(key('b'), 'f'))
      await first.freeze(leaseMs)
      expect([claim, later].map(({ lost }) => lost?.aborted)).toEqual([true, true])
    })

    it('rejects the mark of a former owner and counts it', async () => {
      const { first, second, stale, fresh } = await takenOver()
      await expect(stale.complete('processed')).rejects.toThrow('passed to another owner')
      expect(stale.lost?.aborted).toBe(true)
      expect(first.lostCount()).toBe(1)
      expect(await second.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
      await fresh.complete('processed')
      await expect(stale.complete('processed')).rejects.toThrow('passed to another owner')
      expect(first.lostCount()).toBe(1)
      expect(second.lostCount()).toBe(0)
    })

    it('never overwrites a mark', async () => {
      const { first, stale, second, fresh } = await takenOver()
      await fresh.complete('processed')
      await expect(stale.complete('processed')).rejects.toThrow('passed to another owner')
      await stale.release()
      for (const { store } of [first, second]) {
        expect(await store.claim(key('a'), 'other')).toEqual({
          type: 'completed',
          fingerprint: 'f',
        })
      }
    })

    it("does not let a former owner release another owner's claim", async () => {
      const { first, stale } = await takenOver()
      await stale.release()
      expect(await first.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
    })

    it('does not let an old claim of the same owner complete or release a newer one', async () => {
      const { first, passStored, leaseMs } = await twoOwners()
      const stale = claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs)
      const fresh = claimOf(await first.store.claim(key('a'), 'f'))
      await expect(stale.complete('processed')).rejects.toThrow('passed to another owner')
      await stale.release()
      await fresh.complete('processed')
      expect(await first.store.claim(key('a'), 'f')).toHaveProperty('type', 'completed')
    })

    it('sees what the other owner completed, and can claim what it released', async () => {
      const { first, second } = await twoOwners()
      await claimOf(await first.store.claim(key('a'), 'f')).complete('processed')
      await claimOf(await first.store.claim(key('b'), 'f')).release()
      expect(await second.store.claim(key('a'), 'f')).toHaveProperty('type', 'completed')
      expect(await second.store.claim(key('b'), 'f')).toHaveProperty('type', 'claimed')
    })
  })
}
