import type { MarkedOutcome } from '../event/outcome.ts'
import type {
  BatchTransaction,
  Claim,
  ClaimTransaction,
  IdempotencyStore,
} from '../idempotency/store.ts'
import type { Sql } from '../plugin/plugin.ts'

/** A store whose claims use `sql` as it is, without a transaction: rollback undoes nothing. */
export function withSql(store: IdempotencyStore, sql: Sql | undefined): IdempotencyStore {
  if (sql === undefined) return store
  return {
    ...store,
    beginAll: async (claims) => beginAll(claims, sql),
    async claim(key, fingerprint) {
      const result = await store.claim(key, fingerprint)
      if (result.type !== 'claimed') return result
      const { claim } = result
      return { type: 'claimed', claim: { ...claim, begin: async () => begin(claim, sql) } }
    },
  }
}

function begin(claim: Claim, sql: Sql): ClaimTransaction {
  const { commit, ...transaction } = beginAll([claim], sql)
  return { ...transaction, commit: (outcome) => commit([outcome]) }
}

function beginAll(claims: readonly Claim[], sql: Sql): BatchTransaction {
  return {
    sql,
    isBroken: () => false,
    interrupt() {},
    async commit(outcomes) {
      for (const [n, claim] of claims.entries()) await claim.complete(outcomes[n] as MarkedOutcome)
    },
    rollback: async () => {},
  }
}
