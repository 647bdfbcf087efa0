import { expect, it } from 'vitest'
import type { ClaimTransaction } from '../../../../src/idempotency/store.ts'
import { createTransact } from '../../../../src/pipeline/handle/transaction.ts'
import {
  type HandlerReturn,
  reject,
  retryAfter,
  skip,
} from '../../../../src/plugin/returns/returns.ts'

it.each<[string, HandlerReturn | undefined, string]>([
  ['nothing', undefined, 'commit processed'],
  ['skip', skip('not mine'), 'commit skipped'],
  ['reject', reject('no'), 'rollback'],
  ['retryAfter', retryAfter(1_000, 'limited'), 'rollback'],
])('a handler that returns %s ends its transaction', async (_what, value, end) => {
  const ends: string[] = []
  const transaction: ClaimTransaction = {
    sql: { query: async () => ({ rows: [], rowCount: 0 }) },
    commit: async (outcome) => void ends.push(`commit ${outcome}`),
    rollback: async () => void ends.push('rollback'),
    interrupt() {},
    isBroken: () => false,
  }
  const result = { type: 'returned', value } as const
  const transact = createTransact({ graceMs: 1, handle: () => result })
  const delivery = {
    plugin: { slug: 'writes', sql: true, timeoutMs: 1 },
    claim: { begin: async () => transaction },
  }
  expect(await transact(delivery as never, {} as never)).toEqual(result)
  expect(ends).toEqual([end])
})
