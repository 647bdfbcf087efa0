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
  const transact = createTransact({
    graceMs: 1,
    followUps: { write: async () => {} },
    handle: () => result,
  })
  const delivery = {
    plugin: { slug: 'writes', sql: true, timeoutMs: 1 },
    claim: { begin: async () => transaction },
  }
  expect(await transact(delivery as never, {} as never)).toEqual(result)
  expect(ends).toEqual([end])
})

it.each([
  ['are acknowledged', undefined, ['follow-ups', 'commit processed'], 'returned'],
  ['are refused', new Error('not acknowledged'), ['follow-ups', 'rollback'], 'interrupted'],
] as const)(
  'ends its transaction when its follow-up events %s',
  async (_what, fault, ends, type) => {
    const seen: string[] = []
    const transaction: ClaimTransaction = {
      sql: { query: async () => ({ rows: [], rowCount: 0 }) },
      commit: async (outcome) => void seen.push(`commit ${outcome}`),
      rollback: async () => void seen.push('rollback'),
      interrupt() {},
      isBroken: () => false,
    }
    const delivery = {
      attempts: 1,
      plugin: { slug: 'writes', sql: true, timeoutMs: 1 },
      claim: { begin: async () => transaction },
      followUps: { records: [{}], isWritten: false },
    }
    const transact = createTransact({
      graceMs: 1,
      handle: () => ({ type: 'returned', value: undefined }),
      followUps: {
        async write() {
          seen.push('follow-ups')
          if (fault !== undefined) throw fault
        },
      },
    })
    const result = await transact(delivery as never, {} as never)
    expect(result.type).toBe(type)
    expect(seen).toEqual(ends)
    expect(delivery.attempts).toBe(fault === undefined ? 1 : 0)
  },
)
