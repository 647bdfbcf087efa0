import { expect, it } from 'vitest'
import { copyMarks } from '../../src/idempotency/postgres/copy-marks.ts'
import { leaseContract } from '../contract/lease-contract.ts'
import { CONTRACT_TTL_MS, claimOf, storeContract } from '../contract/store-contract.ts'
import { leaseBench } from '../support/lease-bench.ts'
import { database, ownStore } from '../support/postgres.ts'
import { until } from '../support/stack.ts'

storeContract('postgres', async () => {
  const { url, age } = await database()
  const { store } = await ownStore(url, { ttlMs: CONTRACT_TTL_MS })
  return { store, topic: 'events', advance: age }
})

leaseContract('postgres', leaseBench)

const key = (eventId: string) => ({ plugin: 'plugin', eventId, topic: 'topic', partition: 0 })

it('keeps ids that Postgres could not index or hold', async () => {
  const { url } = await database()
  const { store } = await ownStore(url)
  const ids = ['x'.repeat(1_000_000), 'x'.repeat(1_000_001), 'a\u0000b', 'a', "'; drop table", '💡']
  for (const id of ids) await claimOf(await store.claim(key(id), 'f')).complete('processed')
  for (const id of ids) expect(await store.claim(key(id), 'f')).toHaveProperty('type', 'completed')
})

it('detects that its mark was written if the response was lost', async () => {
  const { url, query } = await database()
  const { store } = await ownStore(url)
  const unanswered = async (id: string) => {
    const claim = claimOf(await store.claim(key(id), 'f'))
    await query(
      `update inventory_events_marks set state = 'completed', completed_at = now(),
        lease_expires_at = null where event_id = $1`,
      [id],
    )
    return claim
  }
  await (await unanswered('a')).complete('processed')
  await (await unanswered('b')).release()
  const claim = await unanswered('c')
  const limits = { statementMs: 1_000, idleMs: 1_000 }
  await expect(claim.begin?.(limits)).rejects.toThrow('passed to another owner')
  expect(claim.lost?.aborted).toBe(true)
  for (const id of ['a', 'b', 'c']) {
    expect(await store.claim(key(id), 'f')).toHaveProperty('type', 'completed')
  }
})

it('keeps groups apart', async () => {
  const { url } = await database()
  const [one, other] = [await ownStore(url), await ownStore(url, { groupId: 'other' })]
  await claimOf(await one.store.claim(key('a'), 'f')).complete('processed')
  expect(await other.store.claim(key('a'), 'f')).toHaveProperty('type', 'claimed')
})

it('copies the marks of plugins to another group, however many, and again without harm', async () => {
  const { url, query } = await database()
  const { store } = await ownStore(url)
  await claimOf(await store.claim(key('own'), 'f')).complete('skipped')
  await store.claim(key('leased'), 'f')
  await query(`insert into inventory_events_marks
    (group_id, plugin, event_id, fingerprint, state, owner, completed_at, format)
    select 'group', p, 'e' || n, 'f', 'completed', 'gone', now() - interval '1 s', 2
      from generate_series(1, 25000) n, unnest(array['plugin', 'stays']) p`)
  const copy = { url: () => url, from: 'group', to: 'fresh', plugins: ['plugin'] }
  expect([await copyMarks(copy), await copyMarks(copy)]).toEqual([25_001, 25_001])
  const columns = 'plugin, event_id, fingerprint, state, completed_at, format'
  const missing = await query(`select ${columns} from inventory_events_marks
      where group_id = 'group' and plugin = 'plugin' and state = 'completed'
    except select ${columns} from inventory_events_marks where group_id = 'fresh'`)
  expect(missing).toEqual([])
  expect(
    await query(`select plugin, state, count(*)::int as n from inventory_events_marks
      where group_id = 'fresh' group by 1, 2`),
  ).toEqual([{ plugin: 'plugin', state: 'completed', n: 25_001 }])
})

it('deletes expired marks of the group and of its replays in batches, and nothing else', async () => {
  const { url, query, age } = await database()
  const { store, clock } = await ownStore(url, { ttlMs: 60_000 })
  await query(`insert into inventory_events_marks
    (group_id, plugin, event_id, fingerprint, state, owner, completed_at, lease_expires_at)
    select 'group', 'plugin', 'old ' || n, 'f', case when n % 2 = 0 then 'completed' else 'leased' end,
      'gone', case when n % 2 = 0 then now() end, case when n % 2 = 1 then now() end
    from generate_series(1, 2500) n`)
  await query(`insert into inventory_events_marks
    (group_id, plugin, event_id, fingerprint, state, owner, completed_at)
    select id, 'plugin', id, 'f', 'completed', 'gone', now()
    from unnest(array['a', 'group.replay.plugin.1', 'group.replay.plugin.2', 'groups', 'other']) id`)
  await age(60_000)
  await claimOf(await store.claim(key('young'), 'f')).complete('processed')
  const left = async () =>
    Number((await query('select count(*) from inventory_events_marks'))[0]!.count)
  const passes = async (ms: number, expected: number) => {
    await clock.advance(ms)
    await until(async () => (await left()) === expected, { what: `${expected} rows to be left` })
  }
  expect(await left()).toBe(2_506)
  await passes(60_000, 1_506)
  await until(() => clock.pending === 2, { what: 'the next batch to be scheduled' })
  await passes(100, 506)
  await until(() => clock.pending === 2, { what: 'the next batch to be scheduled' })
  await passes(100, 4)
  const rows = await query('select event_id from inventory_events_marks order by 1')
  expect(rows.map(({ event_id }) => event_id)).toEqual(['a', 'groups', 'other', 'young'])
})

it('creates its table once, however many replicas start together', async () => {
  const { url, query } = await database()
  await Promise.all(Array.from({ length: 6 }, () => ownStore(url)))
  expect(await query('select * from inventory_events_marks')).toEqual([])
})

it('reports the SQL to run if its user may not create the table, and needs no more rights', async () => {
  const { url, schema, query } = await database()
  const user = `user_${schema}`
  await query(`create role ${user} login password 'secret'`)
  await query(`grant usage on schema ${schema} to ${user}`)
  const own = new URL(url)
  own.username = user
  own.password = 'secret'
  const error = await ownStore(own.href).catch((error) => error)
  expect(error).toMatchObject({ code: 'STORE_REFUSED' })
  expect(error.message).toContain('create table if not exists inventory_events_marks')
  expect(error.message).not.toContain('secret')

  const sql = error.message.slice(error.message.indexOf('create table'))
  await query(sql)
  const poor = await ownStore(own.href).catch((error) => error)
  expect(poor).toMatchObject({ code: 'STORE_REFUSED' })
  await query(poor.message.slice(poor.message.indexOf('grant')))
  const { store } = await ownStore(own.href)
  await claimOf(await store.claim(key('a'), 'f')).complete('processed')
  expect(await store.claim(key('a'), 'f')).toHaveProperty('type', 'completed')
  await query(`drop owned by ${user}`)
  await query(`drop role ${user}`)
})

it('names the address of Postgres without the password', async () => {
  const error = await ownStore('postgres://me:secret@localhost:1/events').catch((error) => error)
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true })
  expect(error.message).toContain('Postgres at localhost:1/events: connect ECONNREFUSED')
  expect(error.message).not.toContain('secret')
})
