import { describe, expect, it } from 'vitest'
import type {
  Claim,
  ClaimResult,
  DeliveryKey,
  IdempotencyStore,
} from '../../src/idempotency/store.ts'

export interface ContractStore {
  store: IdempotencyStore
  /** A topic whose partition 0 the store may own. */
  topic: string
  /** Lets time pass. If it is missing, the time to live is not tested. */
  advance?: (ms: number) => Promise<void>
}

export const CONTRACT_TTL_MS = 60_000

/** The contract of every idempotency store. */
export function storeContract(name: string, create: () => Promise<ContractStore>): void {
  describe(`the ${name} store`, () => {
    async function opened() {
      const { store, topic, advance } = await create()
      await store.open({ topic, partition: 0, lost: new AbortController().signal })
      const key = (eventId: string, plugin = 'plugin'): DeliveryKey => {
        return { plugin, eventId, topic, partition: 0 }
      }
      return { store, key, advance }
    }

    it('grants a claim to the first request, and to no other while it is held', async () => {
      const { store, key } = await opened()
      const results = await Promise.all([store.claim(key('a'), 'f'), store.claim(key('a'), 'f')])
      expect(results.map(({ type }) => type).sort()).toEqual(['claimed', 'claimed-elsewhere'])
      await store.close()
    })

    it('grants a released claim again', async () => {
      const { store, key } = await opened()
      await claimOf(await store.claim(key('a'), 'f')).release()
      await claimOf(await store.claim(key('a'), 'f')).release()
      await store.close()
    })

    it('knows a completed event, at once and after a flush', async () => {
      const { store, key } = await opened()
      await claimOf(await store.claim(key('a'), 'f')).complete('processed')
      const completed = { type: 'completed', fingerprint: 'f' }
      expect(await store.claim(key('a'), 'f')).toEqual(completed)
      await store.flush()
      expect(await store.claim(key('a'), 'f')).toEqual(completed)
      await store.close()
    })

    it('reports that the content differs from what was completed', async () => {
      const { store, key } = await opened()
      await claimOf(await store.claim(key('a'), 'one')).complete('processed')
      const result = await store.claim(key('a'), 'other')
      expect(result.type).toBe('completed')
      expect(result).not.toHaveProperty('fingerprint', 'other')
      expect(await store.claim(key('a'), 'one')).toHaveProperty('fingerprint', 'one')
      await store.close()
    })

    it('keeps plugins and ids apart', async () => {
      const { store, key } = await opened()
      await claimOf(await store.claim(key('a'), 'f')).complete('processed')
      const others = [key('b'), key('a', 'other'), key('', 'plugina'), key('plugina', '')]
      for (const other of others) claimOf(await store.claim(other, 'f'))
      await store.close()
    })

    it('keeps the first mark if a claim is completed twice', async () => {
      const { store, key } = await opened()
      const claim = claimOf(await store.claim(key('a'), 'f'))
      await claim.complete('processed')
      await claim.complete('processed')
      await claim.release()
      expect(await store.claim(key('a'), 'f')).toEqual({ type: 'completed', fingerprint: 'f' })
      await store.flush()
      await store.close()
    })

    it('opens an open partition again, and flushes with nothing to flush', async () => {
      const { store, topic } = await create()
      const owned = { topic, partition: 0, lost: new AbortController().signal }
      await Promise.all([store.open(owned), store.open(owned)])
      await store.open(owned)
      await store.flush()
      await store.flush()
      await store.close()
    })

    it('forgets a mark when its time to live is over, and not before', async () => {
      const { store, key, advance } = await opened()
      await claimOf(await store.claim(key('a'), 'f')).complete('processed')
      await advance?.(CONTRACT_TTL_MS - 1_000)
      expect(await store.claim(key('a'), 'f')).toHaveProperty('type', 'completed')
      if (advance !== undefined) {
        await advance(2_000)
        expect(await store.claim(key('a'), 'f')).toHaveProperty('type', 'claimed')
      }
      await store.close()
    })
  })
}

export function claimOf(result: ClaimResult): Claim {
  expect(result.type).toBe('claimed')
  return (result as Extract<ClaimResult, { type: 'claimed' }>).claim
}
