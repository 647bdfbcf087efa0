import { describe, expect, it } from 'vitest'
import type { DeliveryKey, IdempotencyStore } from '../../src/idempotency/store.ts'
import { claimOf } from './store-contract.ts'

/** Stores of several owners at the same marks. */
export interface LeaseBench {
  leaseMs: number
  owner(): Promise<LeaseOwner>
  /** Time passes for marks and leases, but for no owner: as if all were frozen. */
  passStored(ms: number): Promise<void>
}

export interface LeaseOwner {
  store: IdempotencyStore
  /** Time passes for the owner alone; it renews what it holds when it is time to. */
  pass(ms: number): Promise<void>
  /** As `pass`, but it can do nothing in that time, only at its end. */
  freeze(ms: number): Promise<void>
  /** Claims that it found to be lost. */
  lostCount(): number
}

const key = (eventId: string): DeliveryKey => {
  return { plugin: 'plugin', eventId, topic: 'topic', partition: 0 }
}

/** What every store must do whose claims are leases. */
export function leaseContract(name: string, create: () => Promise<LeaseBench>): void {
  describe(`the leases of the ${name} store`, () => {
    async function twoOwners() {
      const bench = await create()
      const [first, second] = [await bench.owner(), await bench.owner()]
      return { ...bench, first, second }
    }

    /** The second owner has taken over what the first one still believes to hold. */
    async function takenOver() {
      const { first, second, passStored, leaseMs } = await twoOwners()
      const stale = claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs)
      const fresh = claimOf(await second.store.claim(key('a'), 'f'))
      return { first, second, stale, fresh, leaseMs }
    }

    it('gives each of many ids to one of two owners that race for them', async () => {
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

    it('refuses a claim until the lease has run out, then lets another owner have it', async () => {
      const { first, second, passStored, leaseMs } = await twoOwners()
      claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs - 1_000)
      expect(await second.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
      await passStored(1_000)
      expect(await second.store.claim(key('a'), 'f')).toHaveProperty('type', 'claimed')
      expect(await first.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
    })

    it('gives a lease that ran out to one of many that ask', async () => {
      const { first, second, passStored, leaseMs } = await twoOwners()
      claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs)
      const asked = Array.from({ length: 20 }, (_, n) => [first, second][n % 2]!)
      const results = await Promise.all(asked.map(({ store }) => store.claim(key('a'), 'f')))
      expect(results.filter(({ type }) => type === 'claimed')).toHaveLength(1)
    })

    it('lets an owner that lives keep its lease', async () => {
      const { first, second, passStored, leaseMs } = await twoOwners()
      const claim = claimOf(await first.store.claim(key('a'), 'f'))
      for (let turn = 0; turn < 5; turn++) {
        await passStored(leaseMs * 0.9)
        await first.pass(leaseMs / 3)
        expect(await second.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
      }
      expect(claim.lost?.aborted).toBe(false)
      await claim.complete()
      expect(first.lostCount()).toBe(0)
    })

    it('tells a former owner when it renews, once', async () => {
      const { first, stale, fresh, leaseMs } = await takenOver()
      expect(stale.lost?.aborted).toBe(false)
      await first.pass(leaseMs / 3)
      await first.pass(leaseMs / 3)
      expect(stale.lost?.aborted).toBe(true)
      expect(fresh.lost?.aborted).toBe(false)
      expect(first.lostCount()).toBe(1)
    })

    it('takes its own leases for lost after a pause that was too long', async () => {
      const { first, leaseMs } = await twoOwners()
      const claim = claimOf(await first.store.claim(key('a'), 'f'))
      const later = claimOf(await first.store.claim(key('b'), 'f'))
      await first.freeze(leaseMs)
      expect([claim, later].map(({ lost }) => lost?.aborted)).toEqual([true, true])
    })

    it('refuses the mark of a former owner, and counts it', async () => {
      const { first, second, stale, fresh } = await takenOver()
      await expect(stale.complete()).rejects.toThrow('passed to another owner')
      expect(stale.lost?.aborted).toBe(true)
      expect(first.lostCount()).toBe(1)
      expect(await second.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
      await fresh.complete()
      await expect(stale.complete()).rejects.toThrow('passed to another owner')
      expect(first.lostCount()).toBe(1)
      expect(second.lostCount()).toBe(0)
    })

    it('never overwrites a mark', async () => {
      const { first, stale, second, fresh } = await takenOver()
      await fresh.complete()
      await expect(stale.complete()).rejects.toThrow('passed to another owner')
      await stale.release()
      for (const { store } of [first, second]) {
        expect(await store.claim(key('a'), 'other')).toEqual({
          type: 'completed',
          fingerprint: 'f',
        })
      }
    })

    it('does not let a former owner give back what is not its own', async () => {
      const { first, stale } = await takenOver()
      await stale.release()
      expect(await first.store.claim(key('a'), 'f')).toEqual({ type: 'claimed-elsewhere' })
    })

    it('does not let a former claim of the same owner complete or give back a later one', async () => {
      const { first, passStored, leaseMs } = await twoOwners()
      const stale = claimOf(await first.store.claim(key('a'), 'f'))
      await passStored(leaseMs)
      const fresh = claimOf(await first.store.claim(key('a'), 'f'))
      await expect(stale.complete()).rejects.toThrow('passed to another owner')
      await stale.release()
      await fresh.complete()
      expect(await first.store.claim(key('a'), 'f')).toHaveProperty('type', 'completed')
    })

    it('knows what the other owner completed, and takes up what it gave back', async () => {
      const { first, second } = await twoOwners()
      await claimOf(await first.store.claim(key('a'), 'f')).complete()
      await claimOf(await first.store.claim(key('b'), 'f')).release()
      expect(await second.store.claim(key('a'), 'f')).toHaveProperty('type', 'completed')
      expect(await second.store.claim(key('b'), 'f')).toHaveProperty('type', 'claimed')
    })
  })
}
