import { expect, it, onTestFinished } from 'vitest'
import movesSink from '../../examples/plugins/moves-sink.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { Event } from '../../src/event/event.ts'
import type { SqlBatchContext } from '../../src/plugin/batches/batch-plugin.ts'
import { defaultsFrom, type LoadedBatch, withDefaults } from '../../src/plugin/loaded-plugin.ts'
import { reject, skip } from '../../src/plugin/returns/returns.ts'
import { noReports } from '../../src/testing/no-reports.ts'
import { systemClock } from '../../src/util/clock.ts'
import { idsOf } from '../support/batches.ts'
import { batchPlugin, partition, pipelineKit } from '../support/pipeline-kit.ts'
import { database, LEASE_MS, ownStore } from '../support/postgres.ts'
import { until } from '../support/stack.ts'

type Returned = ReturnType<LoadedBatch['processEvents']>
type Handler = (events: readonly Event[], context: SqlBatchContext) => Returned

/** A database with a table for effects, and replicas whose plugin writes whole batches there. */
async function situation() {
  const db = await database()
  await db.query('create table effects (event_id text, note text)')

  async function replica(handler: Handler) {
    const owner = await ownStore(db.url)
    const calls: string[] = []
    const sink = batchPlugin({
      slug: 'writes',
      sql: true,
      retry: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 2 },
      timeoutMs: 20_000,
      maxEvents: 100,
      maxWaitMs: 200,
      processEvents(events, context) {
        calls.push(idsOf(events))
        return handler(events, context as SqlBatchContext)
      },
    })
    const kit = pipelineKit({ plugins: [sink], store: owner.store, clock: systemClock })
    const { put: putEvent, lose } = partition(kit)
    onTestFinished(lose)
    const put = (...ids: string[]) => {
      for (const id of ids) putEvent({ kind: 'k', id }, id)
    }
    const endedAs = async (count: number) => {
      await until(() => kit.ended.length >= count, { what: `${count} deliveries to end` })
      return Object.fromEntries(kit.ended.map(({ id, outcome }) => [id, outcome]))
    }
    return { ...owner, ...kit, clock: owner.clock, calls, put, endedAs }
  }

  const effects = async (): Promise<string[]> => {
    const rows = await db.query<{ event_id: string; note: string }>(
      'select event_id, note from effects order by 1, 2',
    )
    return rows.map(({ event_id, note }) => `${event_id}${note}`)
  }
  const marks = async (): Promise<string[]> => {
    const rows = await db.query<{ event_id: string; state: string; format: number }>(
      'select event_id, state, format from inventory_events_marks order by 1',
    )
    return rows.map(({ event_id, state, format }) => `${event_id} ${state} ${format}`)
  }
  return { ...db, replica, effects, marks }
}

const write = ({ sql }: SqlBatchContext, events: readonly Event[], note = '') =>
  sql.query('insert into effects select id, $2 from unnest($1::text[]) as id', [
    events.map(({ id }) => id),
    note,
  ])

it('commits what a batch wrote together with the marks of all of its events', async () => {
  const { replica, effects, marks, query } = await situation()
  const { put, endedAs, calls } = await replica(async (events, context) => {
    await write(context, events)
    // Of another connection: nothing is seen before all of it is committed.
    expect(await query('select from effects')).toHaveLength(0)
    const [, second] = events
    return second && new Map([[second, skip('no need')]])
  })
  put('a', 'b', 'c')
  expect(await endedAs(3)).toEqual({ a: 'processed', b: 'skipped', c: 'processed' })
  expect(calls).toEqual(['a b c'])
  expect(await effects()).toEqual(['a', 'b', 'c'])
  expect(await marks()).toEqual(['a completed 2', 'b completed 3', 'c completed 2'])
})

it('rolls a failed batch back, and commits its halves until the bad event is alone', async () => {
  const { replica, effects, marks, query } = await situation()
  await query(`alter table effects add check (event_id <> 'c')`)
  const { put, endedAs, calls, letters } = await replica((events, context) =>
    write(context, events).then(() => undefined),
  )
  put('a', 'b', 'c', 'd')
  expect(await endedAs(4)).toEqual({
    a: 'processed',
    b: 'processed',
    c: 'dead-lettered',
    d: 'processed',
  })
  expect(calls).toEqual(['a b c d', 'a b', 'c d', 'c', 'd', 'c'])
  expect(await effects()).toEqual(['a', 'b', 'd'])
  expect(await marks()).toEqual(
    ['a', 'b', 'c', 'd'].map((id) => `${id} completed ${id === 'c' ? 5 : 2}`),
  )
  expect(letters).toHaveLength(1)
})

it('rolls back what was written for a rejected event, and calls the others again', async () => {
  const { replica, effects } = await situation()
  const { put, endedAs, calls } = await replica(async (events, context) => {
    await write(context, events)
    return new Map(events.filter(({ id }) => id === 'b').map((event) => [event, reject('never')]))
  })
  put('a', 'b', 'c')
  expect(await endedAs(3)).toEqual({ a: 'processed', b: 'rejected', c: 'processed' })
  expect(calls).toEqual(['a b c', 'a c'])
  expect(await effects()).toEqual(['a', 'c'])
})

it('writes nothing of a batch that lost one of its claims, and calls the others again', async () => {
  const { replica, effects, marks, query } = await situation()
  const [wrote, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const former = await replica(async (events, context) => {
    await write(context, events, ' former')
    wrote.resolve()
    await goOn.promise
  })
  const later = await replica((events, context) =>
    write(context, events, ' later').then(() => undefined),
  )
  former.put('a', 'b', 'c')
  await wrote.promise
  // The lease of one event alone has expired.
  await query(
    `update inventory_events_marks set lease_expires_at = lease_expires_at - $1 * interval '1 ms'
      where event_id = 'b'`,
    [LEASE_MS],
  )
  later.put('b')
  expect(await later.endedAs(1)).toEqual({ b: 'processed' })
  goOn.resolve()
  expect(await former.endedAs(3)).toEqual({ a: 'processed', b: 'duplicate', c: 'processed' })
  expect(former.calls).toEqual(['a b c', 'a c'])
  expect(former.lostCount()).toBe(1)
  expect(await effects()).toEqual(['a former', 'b later', 'c former'])
  expect(await marks()).toEqual(['a completed 2', 'b completed 2', 'c completed 2'])
})

it('calls a batch again whose connection broke, and uses no attempt', async () => {
  const { replica, effects, query } = await situation()
  let isFirst = true
  const { put, endedAs, calls, notes } = await replica(async (events, context) => {
    await write(context, events)
    if (!isFirst) return
    isFirst = false
    await query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and state = 'idle in transaction' and query like '%effects%'`,
    )
    await context.sql.query('select 1')
  })
  put('a', 'b')
  expect(await endedAs(2)).toEqual({ a: 'processed', b: 'processed' })
  expect(calls).toEqual(['a b', 'a b'])
  expect(notes).toEqual(['interrupted', 'interrupted'])
  expect(await effects()).toEqual(['a', 'b'])
})

it('examples/plugins/moves-sink.ts writes each move once, many with one statement', async () => {
  const { query, url } = await situation()
  await query(
    'create table moves (event_id text, entity_id text, place text, moved_at timestamptz)',
  )
  const { store } = await ownStore(url)
  // Full batches only: a busy machine may take longer than the plugin waits.
  const patient = { ...movesSink, batch: { maxEvents: 500, maxWaitMs: 60_000 } }
  const sink = withDefaults(patient, 'moves-sink.ts', defaultsFrom(loadConfig({})))
  const sizes: (number | undefined)[] = []
  const reports = {
    ...noReports,
    onHandled: (...[, , events]: unknown[]) => sizes.push(events as number),
  }
  const kit = pipelineKit({ plugins: [sink], store, clock: systemClock, reports })
  const { put, ledger, lose } = partition(kit)
  onTestFinished(lose)
  const time = '2026-01-15T10:30:00Z'
  for (let n = 0; n < 1_000; n++) {
    const entity = { id: `entity_${n % 300}` }
    put({ kind: 'inventory.moved', id: `e${n}`, time, entity, to: { name: 'Dock' } }, entity.id)
  }
  await until(() => ledger.watermark === 1_000, { what: 'all moves to be written' })
  expect(sizes).toEqual([500, 500])
  expect(
    await query('select count(*)::int as n, count(distinct event_id)::int as ids from moves'),
  ).toEqual([{ n: 1_000, ids: 1_000 }])
})
