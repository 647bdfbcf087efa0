import { expect, it } from 'vitest'
import { copyMarksAndStates } from '../../src/idempotency/postgres/copy-marks.ts'
import { replaceStates } from '../../src/idempotency/postgres/states/replace-states.ts'
import { sharedStateContract } from '../contract/shared-state-contract.ts'
import { stateContract } from '../contract/state-contract.ts'
import { claimOf } from '../contract/store-contract.ts'
import { leaseBench } from '../support/lease-bench.ts'
import { database, ownStore } from '../support/postgres.ts'
import { until } from '../support/stack.ts'

stateContract('postgres', async () => {
  const { url } = await database()
  const { store } = await ownStore(url)
  return { store, topic: 'events', otherTopic: 'others' }
})

sharedStateContract('postgres', leaseBench)

const PLACE = { topic: 'topic', partition: 0 }
const key = (eventId: string) => ({ ...PLACE, plugin: 'plugin', eventId })

it('keeps entities whose keys Postgres could not index, and groups, apart', async () => {
  const { url } = await database()
  const [{ store }, other] = [await ownStore(url), await ownStore(url, { groupId: 'other' })]
  const keys = ['x'.repeat(1_000_000), 'x'.repeat(1_000_001)].map((text) => Buffer.from(text))
  for (const [n, each] of keys.entries()) {
    const claim = claimOf(await store.claim(key(`e${n}`), 'f'))
    await claim.complete('processed', { key: each, text: `${n}` })
  }
  const texts = await Promise.all(
    keys.map(async (each) => (await store.stateOf(PLACE, 'plugin', each))?.text),
  )
  expect(texts).toEqual(['0', '1'])
  expect(await other.store.stateOf(PLACE, 'plugin', keys[0]!)).toBeUndefined()
})

it('detects that its state was stored with its mark if the response was lost', async () => {
  const { url, query } = await database()
  const { store } = await ownStore(url)
  const change = { key: Buffer.from('ent_1'), text: 'one' }
  const claim = claimOf(await store.claim(key('a'), 'f'))
  await query(`update inventory_events_marks set state = 'completed', completed_at = now(),
    lease_expires_at = null where event_id = 'a'`)
  await query(
    `insert into inventory_events_states (group_id, plugin, topic, key, text, updated_at)
      values ('group', 'plugin', 'topic', 'ent_1', 'one', now())`,
  )
  await claim.complete('processed', change)
  expect((await store.stateOf(PLACE, 'plugin', change.key))?.text).toBe('one')
})

it('forgets cleared entities for good when their marks are forgotten, and no others', async () => {
  const { url, query, age } = await database()
  const { store, clock } = await ownStore(url, { ttlMs: 60_000 })
  const set = async (entity: string, text: string | null) => {
    const claim = claimOf(await store.claim(key(`${entity} ${text}`), 'f'))
    const at = Buffer.from(entity)
    const basis = (await store.stateOf(PLACE, 'plugin', at))?.revision
    await claim.complete('processed', { key: at, text, basis })
  }
  const left = async () =>
    (await query('select key from inventory_events_states order by 1')).map(({ key }) => `${key}`)
  await set('cleared', null)
  await set('kept', 'one')
  await age(60_000)
  await set('cleared lately', null)
  await clock.advance(60_000)
  await until(async () => (await left()).length === 2, { what: 'a row to be deleted' })
  expect(await left()).toEqual(['cleared lately', 'kept'])
})

it('needs no table of states where no plugin has state', async () => {
  const { url, query } = await database()
  await ownStore(url, { hasStates: false })
  const found = () => query("select to_regclass('inventory_events_states') as at")
  expect(await found()).toEqual([{ at: null }])
  await Promise.all(Array.from({ length: 4 }, () => ownStore(url)))
  expect(await found()).toEqual([{ at: 'inventory_events_states' }])
})

it('copies what plugins remember to another group, however much, and again without harm', async () => {
  const { url, query } = await database()
  await ownStore(url)
  await query(`insert into inventory_events_states (group_id, plugin, topic, key, text, updated_at)
    select 'group', p, t, ('e' || n)::bytea, 'text ' || n, now()
      from generate_series(1, 1500) n, unnest(array['plugin', 'stays']) p, unnest(array['a', 'b']) t`)
  const copy = { url: () => url, from: 'group', to: 'fresh', plugins: ['plugin'] }
  await copyMarksAndStates(copy)
  await copyMarksAndStates(copy)
  const missing = await query(`select plugin, topic, key, text from inventory_events_states
      where group_id = 'group' and plugin = 'plugin'
    except select plugin, topic, key, text from inventory_events_states where group_id = 'fresh'`)
  expect(missing).toEqual([])
  expect(
    await query(`select plugin, count(*)::int as n from inventory_events_states
      where group_id = 'fresh' group by 1`),
  ).toEqual([{ plugin: 'plugin', n: 3_000 }])
})

it('replaces all that a plugin remembers, and refuses what is made of the old states meanwhile', async () => {
  const { url, query } = await database()
  const { store } = await ownStore(url)
  await query(`insert into inventory_events_states (group_id, plugin, topic, key, text, updated_at)
    values ('group', 'plugin', 'topic', 'a', 'old', now()), ('group', 'plugin', 'topic', 'b', 'old', now()),
      ('group', 'other', 'topic', 'a', 'old', now()), ('group.replay', 'plugin', 'topic', 'a', 'new', now())`)
  const textOf = async (entity: string) =>
    (await store.stateOf(PLACE, 'plugin', Buffer.from(entity)))?.text
  const change = async (entity: string) => {
    const claim = claimOf(await store.claim(key(entity), 'f'))
    const basis = (await store.stateOf(PLACE, 'plugin', Buffer.from(entity)))?.revision
    return () => claim.complete('processed', { key: Buffer.from(entity), text: 'late', basis })
  }
  const late = [await change('a'), await change('b'), await change('c')]
  const replacement = { url: () => url, from: 'group.replay', to: 'group', plugin: 'plugin' }
  await replaceStates(replacement)
  await replaceStates(replacement)
  for (const complete of late) await expect(complete()).rejects.toThrow('passed to another owner')
  expect([await textOf('a'), await textOf('b'), await textOf('c')]).toEqual([
    'new',
    undefined,
    undefined,
  ])
  expect(await query("select text from inventory_events_states where plugin = 'other'")).toEqual([
    { text: 'old' },
  ])
})
