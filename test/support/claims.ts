import type {
  Claim,
  ClaimResult,
  DeliveryKey,
  IdempotencyStore,
} from '../../src/idempotency/store.ts'
import { claimOf } from '../contract/store-contract.ts'
import { database, ownStore } from './postgres.ts'

export const key = (eventId: string, plugin = 'plugin'): DeliveryKey => {
  return { plugin, eventId, topic: 'topic', partition: 0 }
}
export const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `event ${n}`)
export const typesOf = (results: readonly ClaimResult[]) => results.map(({ type }) => type)
export const claimedOf = (results: readonly ClaimResult[]) =>
  results.filter(({ type }) => type === 'claimed').map(claimOf)

/** Requests all claims concurrently. */
export const claimAll = (store: IdempotencyStore, ids: readonly string[], fingerprint = 'f') =>
  Promise.all(ids.map((id) => store.claim(key(id), fingerprint)))
export const completeAll = (claims: readonly Claim[]) =>
  Promise.allSettled(claims.map((claim) => claim.complete('processed')))
export const statusesOf = (settled: readonly PromiseSettledResult<void>[]) =>
  settled.map(({ status }) => status)

export async function twoStores(options: Parameters<typeof ownStore>[1] = {}) {
  const db = await database()
  const [one, other] = [await ownStore(db.url, options), await ownStore(db.url, options)]
  return { ...db, one, other }
}
