import { expect, it } from 'vitest'
import {
  claimAll,
  claimedOf,
  completeAll,
  idsOf,
  key,
  statusesOf,
  twoStores,
  typesOf,
} from '../support/claims.ts'
import { LEASE_MS } from '../support/postgres.ts'
import { until } from '../support/stack.ts'

const MANY = 1_000

it('rejects every call of a failed statement, writes nothing, and calls can be repeated', async () => {
  const { one, query } = await twoStores()
  const claims = claimedOf(await claimAll(one.store, idsOf(10)))
  await query('alter table inventory_events_marks rename to elsewhere')
  const asked = idsOf(20).slice(10)
  const failed = await Promise.allSettled([
    ...asked.map((id) => one.store.claim(key(id), 'f')),
    ...claims.map((claim) => claim.complete('processed')),
  ])
  for (const each of failed) {
    expect(each).toHaveProperty('reason.code', 'STORE_UNAVAILABLE')
    expect(each).toHaveProperty('reason.retryable', true)
  }
  await query('alter table elsewhere rename to inventory_events_marks')
  expect(await query(`select 1 from inventory_events_marks where state = 'completed'`)).toEqual([])
  expect(statusesOf(await completeAll(claims))).toEqual(Array(10).fill('fulfilled'))
  expect(typesOf(await claimAll(one.store, idsOf(20)))).toEqual([
    ...Array(10).fill('completed'),
    ...Array(10).fill('claimed'),
  ])
  expect(one.lostCount()).toBe(0)
})

it('lets two stores claim the same keys in opposite orders without a deadlock', async () => {
  const { one, other } = await twoStores()
  const ids = idsOf(MANY)
  const [first, second] = await Promise.all([
    claimAll(one.store, ids),
    claimAll(other.store, ids.toReversed()),
  ])
  const claims = [claimedOf(first), claimedOf(second)] as const
  expect(claims[0].length + claims[1].length).toBe(MANY)
  for (const [n, { type }] of first.entries()) {
    expect([type, second.at(-n - 1)!.type].sort()).toEqual(['claimed', 'claimed-elsewhere'])
  }
  const [settled] = await Promise.all([
    completeAll([...claims[0].toReversed(), ...claims[1]]),
    claimAll(one.store, ids),
    claimAll(other.store, ids.toReversed()),
  ])
  expect(statusesOf(settled)).toEqual(Array(MANY).fill('fulfilled'))
  expect([one.lostCount(), other.lostCount()]).toEqual([0, 0])
})

it('renews many claims without a deadlock while another store requests them', async () => {
  const failures: string[] = []
  const reports = { onLostLease: () => {}, onError: (error: string) => void failures.push(error) }
  const { one, other } = await twoStores({ reports })
  const claims = claimedOf(await claimAll(one.store, idsOf(MANY)))
  const timers = one.clock.pending
  for (let round = 0; round < 5; round++) {
    const asked = claimAll(other.store, idsOf(MANY))
    await one.clock.advance(LEASE_MS / 3)
    expect(typesOf(await asked)).not.toContain('claimed')
    await until(() => one.clock.pending === timers, { what: 'the renewal to end' })
  }
  expect(failures).toEqual([])
  expect(statusesOf(await completeAll(claims))).toEqual(Array(MANY).fill('fulfilled'))
})

it('finishes pending calls before it closes', async () => {
  const { one, query } = await twoStores({ connections: { marks: 1, transactions: 1 } })
  const claims = claimedOf(await claimAll(one.store, idsOf(100)))
  const released = Promise.all(claims.map((claim) => claim.release()))
  await one.store.close()
  expect(await query('select * from inventory_events_marks')).toEqual([])
  await released
})
