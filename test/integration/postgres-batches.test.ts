import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { claimOf } from '../contract/store-contract.ts'
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
import { type Database, LEASE_MS } from '../support/postgres.ts'
import { until } from '../support/stack.ts'

const TTL_MS = 60_000

describe('concurrent claims', () => {
  it('of one key from two stores give it to one of them', async () => {
    const { one, other } = await twoStores()
    const asked = Array.from({ length: 400 }, (_, n) => [one, other][n % 2]!)
    const results = await Promise.all(asked.map(({ store }) => store.claim(key('a'), 'f')))
    expect(typesOf(results).filter((type) => type === 'claimed')).toHaveLength(1)
    expect(typesOf(results).filter((type) => type === 'claimed-elsewhere')).toHaveLength(399)
  })

  it('of one key from one store give it to one of them, with its content', async () => {
    const { one } = await twoStores()
    const ask = () =>
      Promise.all(Array.from({ length: 50 }, (_, n) => one.store.claim(key('a'), `content ${n}`)))
    const results = await ask()
    const winner = results.findIndex(({ type }) => type === 'claimed')
    expect(claimedOf(results)).toHaveLength(1)
    await claimOf(results[winner]!).complete('processed')
    const completed = { type: 'completed', fingerprint: `content ${winner}` }
    expect(await ask()).toEqual(Array(50).fill(completed))
  })

  it('each get the result for their own key', async () => {
    const { one, other, age } = await twoStores({ ttlMs: TTL_MS })
    await completeAll(claimedOf(await claimAll(other.store, ['mark too old'])))
    await claimAll(other.store, ['lease that ran out'])
    await age(TTL_MS)
    await completeAll(claimedOf(await claimAll(other.store, ['completed'], 'content')))
    await claimAll(other.store, ['leased'])
    await Promise.all(
      claimedOf(await claimAll(other.store, ['released'])).map((claim) => claim.release()),
    )
    const free = ['lease that ran out', 'mark too old', 'released', 'new']
    const results = await claimAll(one.store, ['completed', 'leased', ...free])
    expect(results[0]).toEqual({ type: 'completed', fingerprint: 'content' })
    expect(results[1]).toEqual({ type: 'claimed-elsewhere' })
    expect(typesOf(results.slice(2))).toEqual(free.map(() => 'claimed'))
    const settled = await completeAll(claimedOf(results))
    expect(statusesOf(settled)).toEqual(free.map(() => 'fulfilled'))
    expect(typesOf(await claimAll(other.store, free))).toEqual(free.map(() => 'completed'))
  })

  it('keep plugins apart, and unusual ids distinct', async () => {
    const { one } = await twoStores()
    const odd = [
      '',
      ' ',
      'NULL',
      '{a,b}',
      'a"b',
      'a\\b',
      '\\"',
      "'",
      'ü',
      '💡',
      'half \ud83d',
      '\t\n',
      'a,b',
    ]
    const keys = odd.flatMap((id) => [key(id), key(id, 'other')])
    const results = await Promise.all(keys.map((each, n) => one.store.claim(each, `${n}`)))
    await completeAll(claimedOf(results))
    const found = await Promise.all(keys.map((each) => one.store.claim(each, 'f')))
    expect(found).toEqual(keys.map((_, n) => ({ type: 'completed', fingerprint: `${n}` })))
  })

  it('take few statements, as do marks and releases', async () => {
    const { one, ...db } = await twoStores()
    const count = await countStatements(db)
    const claims = claimedOf(await claimAll(one.store, idsOf(100)))
    expect(await count()).toBe(1)
    expect(statusesOf(await completeAll(claims.slice(0, 50)))).toEqual(Array(50).fill('fulfilled'))
    expect(await count()).toBe(2)
    await Promise.all(claims.slice(50).map((claim) => claim.release()))
    expect(await count()).toBe(3)
    expect(
      await db.query('select state, count(*)::int from inventory_events_marks group by 1'),
    ).toEqual([{ state: 'completed', count: 50 }])
  })

  it('write nothing if the event was completed', async () => {
    const { one, query } = await twoStores()
    await completeAll(claimedOf(await claimAll(one.store, idsOf(3))))
    const rows = () => query('select event_id, xmin, xmax from inventory_events_marks order by 1')
    const before = await rows()
    expect(typesOf(await claimAll(one.store, idsOf(3)))).toEqual(Array(3).fill('completed'))
    expect(await rows()).toEqual(before)
  })
})

describe('concurrent marks', () => {
  it('are written beside one that is refused', async () => {
    const { one, other, query } = await twoStores()
    const claims = claimedOf(await claimAll(one.store, idsOf(5)))
    await query(
      `update inventory_events_marks set lease_expires_at = now() where event_id = 'event 2'`,
    )
    const [taken] = claimedOf(await claimAll(other.store, ['event 2']))
    const settled = await completeAll(claims)
    const expected = ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']
    expect(statusesOf(settled)).toEqual(expected)
    expect(settled[2]).toHaveProperty(
      'reason.message',
      'the claim of this event has passed to another owner',
    )
    expect(claims.map(({ lost }) => lost?.aborted)).toEqual([false, false, true, false, false])
    expect(one.lostCount()).toBe(1)
    await taken?.complete('processed')
    expect(typesOf(await claimAll(one.store, idsOf(5)))).toEqual(Array(5).fill('completed'))
  })

  it('are written beside claims and releases of the same keys', async () => {
    const { one, other } = await twoStores()
    const claims = claimedOf(await claimAll(one.store, idsOf(30)))
    const [settled, , meanwhile] = await Promise.all([
      completeAll(claims.slice(0, 15)),
      Promise.all(claims.slice(15).map((claim) => claim.release())),
      claimAll(other.store, idsOf(30).reverse()),
    ])
    expect(statusesOf(settled)).toEqual(Array(15).fill('fulfilled'))
    const free = meanwhile.slice(0, 15)
    expect(typesOf(meanwhile.slice(15))).not.toContain('claimed')
    await Promise.all(claimedOf(free).map((claim) => claim.release()))
    const after = typesOf(await claimAll(other.store, idsOf(30)))
    expect(after).toEqual([...Array(15).fill('completed'), ...Array(15).fill('claimed')])
  })

  it('are written once for a claim that is completed twice', async () => {
    const { one } = await twoStores()
    const [claim] = claimedOf(await claimAll(one.store, ['a']))
    expect(statusesOf(await completeAll([claim!, claim!]))).toEqual(['fulfilled', 'fulfilled'])
    expect(one.lostCount()).toBe(0)
  })

  it('tell an earlier claim of the same owner from a later one', async () => {
    const { one, age } = await twoStores()
    const [stale] = claimedOf(await claimAll(one.store, ['a']))
    await age(LEASE_MS)
    const [fresh] = claimedOf(await claimAll(one.store, ['a']))
    const settled = await completeAll([stale!, fresh!])
    expect(statusesOf(settled)).toEqual(['rejected', 'fulfilled'])
  })

  it('see what was written while they waited for a row', async () => {
    const { one, query, url } = await twoStores()
    const claims = claimedOf(await claimAll(one.store, ['renewed', 'taken']))
    const writer = new pg.Client({ connectionString: url })
    await writer.connect()
    onTestFinished(() => writer.end())
    const { pid } = (await writer.query('select pg_backend_pid() as pid')).rows[0]
    await writer.query(`begin;
      update inventory_events_marks set lease_expires_at = now() + interval '1 hour'
        where event_id = 'renewed';
      update inventory_events_marks set owner = 'another', fence = default where event_id = 'taken'`)
    const completed = completeAll(claims)
    const waits = () =>
      query('select 1 from pg_stat_activity where $1::int = any (pg_blocking_pids(pid))', [pid])
    await until(async () => (await waits()).length > 0, { what: 'a statement to wait for a row' })
    await writer.query('commit')
    const settled = await completed
    expect(statusesOf(settled)).toEqual(['fulfilled', 'rejected'])
    expect(await query('select event_id, state from inventory_events_marks order by 1')).toEqual([
      { event_id: 'renewed', state: 'completed' },
      { event_id: 'taken', state: 'leased' },
    ])
  })
})

/** Counts statements that write to the table, regardless of the number of rows. */
async function countStatements({ query }: Database) {
  await query('create table statements (operation text)')
  await query(`create function note() returns trigger language plpgsql as
    $$ begin insert into statements values (tg_op); return null; end $$`)
  for (const operation of ['insert', 'delete']) {
    await query(`create trigger note_${operation} after ${operation} on inventory_events_marks
      for each statement execute function note()`)
  }
  return async () =>
    Number((await query<{ count: string }>('select count(*) from statements'))[0]!.count)
}
