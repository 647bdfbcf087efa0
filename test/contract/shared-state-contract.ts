import { describe, expect, it } from 'vitest'
import { StateConflict } from '../../src/idempotency/state-conflict.ts'
import type { IdempotencyStore } from '../../src/idempotency/store.ts'
import type { LeaseBench } from './lease-contract.ts'
import { claimOf } from './store-contract.ts'

const KEY = Buffer.from('ent_1')
const PLACE = { topic: 'topic', partition: 0 }
const LIMITS = { statementMs: 1_000, idleMs: 1_000 }

/** The contract of every store whose states several owners may change. */
export function sharedStateContract(name: string, create: () => Promise<LeaseBench>): void {
  describe(`states that owners of the ${name} store share`, () => {
    async function twoOwners() {
      const bench = await create()
      const [one, other] = [(await bench.owner()).store, (await bench.owner()).store]
      const set = async (store: IdempotencyStore, eventId: string, text: string | null) =>
        (await begun(store, eventId)).end(text)
      return { ...bench, one, other, set }
    }

    /** A handler is given the state. What it makes of it is stored later. */
    async function begun(store: IdempotencyStore, eventId: string) {
      const claim = claimOf(await store.claim({ ...PLACE, plugin: 'plugin', eventId }, 'f'))
      const state = await store.stateOf(PLACE, 'plugin', KEY)
      const changed = (text: string | null) => ({ key: KEY, text, basis: state?.revision })
      const end = async (text: string | null) => claim.complete('processed', changed(text))
      return { claim, changed, end }
    }

    const textIn = async (store: IdempotencyStore) =>
      (await store.stateOf(PLACE, 'plugin', KEY))?.text
    const typeOf = async (store: IdempotencyStore, eventId: string) =>
      (await store.claim({ ...PLACE, plugin: 'plugin', eventId }, 'f')).type

    it('shows at once what another owner has stored', async () => {
      const { one, other, set } = await twoOwners()
      await set(one, 'a', 'one')
      expect(await textIn(other)).toBe('one')
    })

    it('refuses the state of a former owner of the event, and its mark', async () => {
      const { one, other, passStored, leaseMs } = await twoOwners()
      const late = await begun(one, 'a')
      await passStored(leaseMs)
      const next = await begun(other, 'a')
      await expect(late.end('late')).rejects.toThrow('passed to another owner')
      expect(await textIn(other)).toBeUndefined()
      await next.end('next')
      await expect(late.end('late')).rejects.toThrow('passed to another owner')
      expect(await textIn(one)).toBe('next')
    })

    it.each([
      ['stored', 'before', 'newer'],
      ['stored for the first time', undefined, 'newer'],
      ['cleared', 'before', null],
    ])('refuses what an older event made, once a newer one has %s', async (_, before, newer) => {
      const { one, other, set } = await twoOwners()
      if (before !== undefined) await set(one, 'first', before)
      const older = await begun(one, 'older')
      await set(other, 'newer', newer)
      await expect(older.end('lost update')).rejects.toThrow(StateConflict)
      expect(await textIn(one)).toBe(newer)

      // No mark was made either: it is called again, and includes the newer one.
      const again = (await one.stateOf(PLACE, 'plugin', KEY))!.revision
      await older.claim.complete('processed', { key: KEY, text: 'both', basis: again })
      expect(await textIn(other)).toBe('both')
      expect(await typeOf(other, 'older')).toBe('completed')
    })

    it('confirms a claim and the state that a change is made from, or says that one of them is gone', async () => {
      const { one, other, set, passStored, leaseMs } = await twoOwners()
      const fresh = await begun(one, 'fresh')
      await fresh.claim.confirm!(fresh.changed('any'))
      await fresh.claim.confirm!(undefined)
      await set(other, 'newer', 'newer')
      await expect(fresh.claim.confirm!(fresh.changed('any'))).rejects.toThrow(StateConflict)
      await fresh.claim.confirm!(undefined)
      await passStored(leaseMs)
      await begun(other, 'fresh')
      await expect(fresh.claim.confirm!(undefined)).rejects.toThrow('passed to another owner')
    })

    it('refuses what was made before it was cleared and stored again, though it reads the same', async () => {
      const { one, other, set } = await twoOwners()
      const older = await begun(one, 'older')
      await set(other, 'newer', 'newer')
      await set(other, 'clears', null)
      await expect(older.end('lost update')).rejects.toThrow(StateConflict)
    })

    it('stores the others of many that are completed at once', async () => {
      const { one, other, set } = await twoOwners()
      const stale = await begun(one, 'stale')
      await set(other, 'newer', 'newer')
      const ids = Array.from({ length: 150 }, (_, n) => `e${n}`)
      const neighbours = await Promise.all(
        ids.map(async (eventId) => {
          const key = { ...PLACE, plugin: 'plugin', eventId }
          return { eventId, claim: claimOf(await one.claim(key, 'f')) }
        }),
      )
      const ended = neighbours.map(async ({ eventId, claim }) =>
        claim.complete('processed', { key: Buffer.from(eventId), text: eventId }),
      )
      const results = await Promise.allSettled([stale.end('stale'), ...ended])
      expect(results.map(({ status }) => status)).toEqual([
        'rejected',
        ...ids.map(() => 'fulfilled'),
      ])
      const last = await other.stateOf(PLACE, 'plugin', Buffer.from('e149'))
      expect(last?.text).toBe('e149')
    })

    it('stores one of two changes of a state that are made at once', async () => {
      const { one } = await twoOwners()
      const both = [await begun(one, 'a'), await begun(one, 'b')]
      const results = await Promise.allSettled(both.map(({ end }, n) => end(`${n}`)))
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    })

    it('commits it with what a handler wrote, or neither', async () => {
      const { one, other, set } = await twoOwners()
      const first = await begun(one, 'a')
      const transaction = (await first.claim.begin?.(LIMITS))!
      await transaction.sql.query('select 1')
      expect(await textIn(other)).toBeUndefined()
      await transaction.commit('processed', first.changed('one'))
      expect(await textIn(other)).toBe('one')
      expect(await typeOf(other, 'a')).toBe('completed')

      const stale = await begun(one, 'stale')
      const late = (await stale.claim.begin?.(LIMITS))!
      await set(other, 'newer', 'newer')
      await expect(late.commit('processed', stale.changed('lost update'))).rejects.toThrow(
        StateConflict,
      )
      expect(await textIn(one)).toBe('newer')
      expect(await typeOf(other, 'stale')).toBe('claimed-elsewhere')
    })
  })
}
