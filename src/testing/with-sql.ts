import type { Claim, ClaimTransaction, IdempotencyStore } from '../idempotency/store.ts'
import type { Sql } from '../plugin/plugin.ts'

/** A store whose claims use `sql` as it is, without a transaction: rollback undoes nothing. */
export function withSql(store: IdempotencyStore, sql: Sql | undefined): IdempotencyStore {
  if (sql === undefined) return store
  return {
    ...store,
    async claim(key, fingerprint) {
      const result = await store.claim(key, fingerprint)
      if (result.type !== 'claimed') return result
      const { claim } = result
      return { type: 'claimed', claim: { ...claim, begin: async () => begin(claim, sql) } }
    },
  }
}

function begin(claim: Claim, sql: Sql): ClaimTransaction {
  return {
    sql,
    isBroken: () => false,
    interrupt() {},
    commit: async (outcome) => claim.complete(outcome),
    rollback: async () => {},
  }
}
