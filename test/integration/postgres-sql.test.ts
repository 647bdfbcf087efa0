import { expect, it, onTestFinished } from 'vitest'
import type { LoadedPlugin } from '../../src/plugin/loaded-plugin.ts'
import type { SqlPluginContext } from '../../src/plugin/plugin.ts'
import { reject, retryAfter, skip } from '../../src/plugin/returns/returns.ts'
import { systemClock } from '../../src/util/clock.ts'
import { claimOf } from '../contract/store-contract.ts'
import { partition, pipelineKit, plugin } from '../support/pipeline-kit.ts'
import { database, LEASE_MS, ownStore } from '../support/postgres.ts'
import { until } from '../support/stack.ts'

type Handler = (id: string, context: SqlPluginContext) => ReturnType<LoadedPlugin['processEvent']>

/** A database with a table for effects, and replicas whose plugin writes them there. */
async function situation() {
  const db = await database()
  await db.query('create table effects (event_id text, note text)')

  async function replica(handler: Handler, part: Partial<LoadedPlugin> = {}) {
    const owner = await ownStore(db.url)
    const writes = plugin({
      slug: 'writes',
      sql: true,
      retry: { maxAttempts: 3, initialDelayMs: 1, maxDelayMs: 2 },
      timeoutMs: 20_000,
      ...part,
      processEvent: (event, context) => handler(`${event.id}`, context as SqlPluginContext),
    })
    const kit = pipelineKit({ plugins: [writes], store: owner.store, clock: systemClock })
    const { put, lose } = partition(kit)
    onTestFinished(lose)
    const ended = (count: number) =>
      until(() => kit.ended.length >= count && kit.ended.map(({ outcome }) => outcome), {
        what: `${count} deliveries to end`,
      })
    return { ...owner, ...kit, clock: owner.clock, put, endedAs: ended }
  }

  const effects = () => db.query('select event_id, note from effects order by 1, 2')
  const marks = async () =>
    (await db.query('select event_id, state from inventory_events_marks order by 1')).map(
      ({ event_id, state }) => `${event_id} ${state}`,
    )
  return { ...db, replica, effects, marks }
}

const write = ({ sql }: SqlPluginContext, id: string, note = '') =>
  sql.query('insert into effects values ($1, $2)', [id, note])

it('commits writes and marks together: those of processed and skipped events stay, once', async () => {
  const { replica, effects, marks } = await situation()
  const { put, endedAs } = await replica(async (id, context) => {
    await write(context, id)
    const { rows } = await context.sql.query<{ n: number }>(
      'select count(*)::int as n from effects',
    )
    expect(rows[0]?.n).toBeGreaterThan(0)
    return id === 'b' ? skip('no need') : undefined
  })
  put({ kind: 'k', id: 'a' })
  put({ kind: 'k', id: 'b' })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(3)).toEqual(['processed', 'skipped', 'duplicate'])
  expect(await effects()).toEqual([
    { event_id: 'a', note: '' },
    { event_id: 'b', note: '' },
  ])
  expect(await marks()).toEqual(['a completed', 'b completed'])
})

it('hides uncommitted writes from other connections', async () => {
  const { replica, effects } = await situation()
  const [wrote, seen] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { put, endedAs } = await replica(async (id, context) => {
    await write(context, id)
    wrote.resolve()
    await seen.promise
  })
  put({ kind: 'k', id: 'a' })
  await wrote.promise
  expect(await effects()).toEqual([])
  seen.resolve()
  await endedAs(1)
  expect(await effects()).toHaveLength(1)
})

it('rolls back the writes of a handler that rejects the event, and still marks it', async () => {
  const { replica, effects, marks } = await situation()
  const { put, endedAs, letters } = await replica(async (id, context) => {
    await write(context, id)
    return reject('no such entity')
  })
  put({ kind: 'k', id: 'a' })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(2)).toEqual(['rejected', 'duplicate'])
  expect(letters).toHaveLength(1)
  expect(await effects()).toEqual([])
  expect(await marks()).toEqual(['a completed'])
})

it('rolls back the writes of a handler that throws, each time', async () => {
  const { replica, effects } = await situation()
  const { put, endedAs } = await replica(async (id, context) => {
    await write(context, id, `attempt ${context.attempt}`)
    if (context.attempt < 3) throw new Error('not yet')
  })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['processed'])
  expect(await effects()).toEqual([{ event_id: 'a', note: 'attempt 3' }])
})

it('rolls back the writes of a handler that asks for a later call, and waits without a lease', async () => {
  const { replica, effects, marks } = await situation()
  const { put, endedAs, notes } = await replica(async (id, context) => {
    await write(context, id, `attempt ${context.attempt}`)
    return context.attempt < 2 ? retryAfter(1_000, 'maintenance') : undefined
  })
  put({ kind: 'k', id: 'a' })
  await until(() => notes.includes('delayed 1000'), { what: 'the first call to end' })
  await until(async () => (await marks()).length === 0, { what: 'the lease to be released' })
  expect(await effects()).toEqual([])
  expect(await endedAs(1)).toEqual(['processed'])
  expect(await effects()).toEqual([{ event_id: 'a', note: 'attempt 2' }])
  expect(await marks()).toEqual(['a completed'])
})

it('counts a failed statement as a failed attempt even if the handler hides it', async () => {
  const { replica, effects } = await situation()
  const { put, endedAs, letters } = await replica(async (id, context) => {
    await write(context, id)
    await context.sql.query('select * from no_such_table').catch(() => {})
  })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['dead-lettered'])
  expect(String(letters[0]?.headers.last('dlq.error'))).toBe(
    'context.sql: nothing was written, because a statement failed: relation "no_such_table" does not exist',
  )
  expect(await effects()).toEqual([])
})

it('lets a handler recover from a failed statement with a savepoint', async () => {
  const { replica, effects } = await situation()
  const { put, endedAs } = await replica(async (id, context) => {
    await context.sql.query('savepoint s')
    await context.sql.query('select * from no_such_table').catch(() => {})
    await context.sql.query('rollback to savepoint s')
    await write(context, id)
  })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['processed'])
  expect(await effects()).toHaveLength(1)
})

it('never counts a failed commit as processed', async () => {
  const { replica, effects, query, marks } = await situation()
  await query('create table parents (id text primary key)')
  await query(
    'alter table effects add foreign key (event_id) references parents deferrable initially deferred',
  )
  const { put, endedAs, letters } = await replica((id, context) => void write(context, id))
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['dead-lettered'])
  expect(String(letters[0]?.headers.last('dlq.error'))).toContain('violates foreign key constraint')
  expect(await effects()).toEqual([])
  expect(await marks()).toEqual(['a completed'])
})

it('waits for statements that the handler did not await, in order', async () => {
  const { replica, effects } = await situation()
  const { put, endedAs } = await replica((id, context) => {
    for (let n = 0; n < 5; n++) void write(context, id, `${n}`)
  })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['processed'])
  expect((await effects()).map(({ note }) => note)).toEqual(['0', '1', '2', '3', '4'])
})

it.each([
  'commit',
  ' COMMIT; begin',
  '-- x\nend',
  '/* a */ rollback',
  'begin',
  'prepare transaction x',
])('rejects %j', async (text) => {
  const { replica, effects } = await situation()
  const { put, endedAs, letters } = await replica(async (id, context) => {
    await write(context, id)
    await context.sql.query(text)
  })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['dead-lettered'])
  expect(String(letters[0]?.headers.last('dlq.error'))).toContain('leaves the transaction open')
  expect(await effects()).toEqual([])
})

it("rejects statements after the handler's call has ended", async () => {
  const { replica } = await situation()
  let kept: SqlPluginContext | undefined
  const { put, endedAs } = await replica((_, context) => {
    kept = context
    void context.sql
  })
  put({ kind: 'k', id: 'a' })
  await endedAs(1)
  await expect(kept?.sql.query('select 1')).rejects.toThrow("the handler's call has ended")
})

it('cancels a running statement when the time limit passes', async () => {
  const { replica, effects } = await situation()
  const { put, endedAs, letters } = await replica(
    async (id, context) => {
      await write(context, id)
      await context.sql.query('select pg_sleep(10)')
    },
    { timeoutMs: 100, retry: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 1 } },
  )
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['dead-lettered'])
  // Postgres has the same limit, and may report it first.
  const error = String(letters[0]?.headers.last('dlq.error'))
  expect(error).toMatch(/took longer than its limit of 100 ms|statement timeout/)
  expect(await effects()).toEqual([])
})

it('rejects further statements once the time limit has passed', async () => {
  const { replica, effects } = await situation()
  const { put, endedAs, letters } = await replica(
    async (id, context) => {
      await write(context, id)
      await new Promise((resolve) => setTimeout(resolve, 200))
      await write(context, id, 'late')
    },
    { timeoutMs: 100, retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 } },
  )
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['dead-lettered'])
  expect(String(letters[0]?.headers.last('dlq.error'))).toContain(
    'took longer than its limit of 100 ms',
  )
  expect(await effects()).toEqual([])
})

it('cancels a running statement when the claim is lost', async () => {
  const { replica, effects, age, query } = await situation()
  let calls = 0
  const { put, endedAs, notes, clock } = await replica(async (id, context) => {
    await write(context, id)
    if (++calls === 1) await context.sql.query('select pg_sleep(19)')
  })
  put({ kind: 'k', id: 'a' })
  const isAsleep = async () =>
    (await query(`select from pg_stat_activity where query = 'select pg_sleep(19)'`)).length > 0
  await until(isAsleep, { what: 'the statement to run' })
  await age(LEASE_MS)
  const before = Date.now()
  await clock.jump(LEASE_MS)
  expect(await endedAs(1)).toEqual(['processed'])
  const isGone = async () => !(await isAsleep())
  await until(isGone, { what: 'the server to cancel the statement' })
  expect(Date.now() - before).toBeLessThan(15_000)
  expect(notes).toEqual(['interrupted'])
  expect(await effects()).toHaveLength(1)
})

it('spends no attempt when the connection breaks during a call', async () => {
  const { replica, effects, query } = await situation()
  const attempts: number[] = []
  const { put, endedAs, notes } = await replica(
    async (id, context) => {
      attempts.push(context.attempt)
      const { rows } = await context.sql.query<{ pid: number }>('select pg_backend_pid() as pid')
      await write(context, id)
      if (attempts.length < 3) await query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await context.sql.query('select 1')
    },
    { retry: { maxAttempts: 1, initialDelayMs: 1, maxDelayMs: 1 } },
  )
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['processed'])
  expect(attempts).toEqual([1, 1, 1])
  expect(notes).toEqual(['interrupted', 'interrupted'])
  expect(await effects()).toHaveLength(1)
})

it('refuses the commit of a handler whose claim was taken over', async () => {
  const { replica, effects, age, marks } = await situation()
  const [wrote, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const former = await replica(async (id, context) => {
    await write(context, id, 'former')
    wrote.resolve()
    await goOn.promise
  })
  const later = await replica((id, context) => void write(context, id, 'later'))
  former.put({ kind: 'k', id: 'a' })
  await wrote.promise
  await age(LEASE_MS)
  later.put({ kind: 'k', id: 'a' })
  expect(await later.endedAs(1)).toEqual(['processed'])
  goOn.resolve()
  expect(await former.endedAs(1)).toEqual(['duplicate'])
  expect(former.notes).toEqual(['interrupted'])
  expect(former.lostCount()).toBe(1)
  expect(await effects()).toEqual([{ event_id: 'a', note: 'later' }])
  expect(await marks()).toEqual(['a completed'])
})

it('releases the locks of a frozen handler, and refuses its commit', async () => {
  const { query, url, effects } = await situation()
  await query('create unique index on effects (event_id)')
  const key = { plugin: 'writes', eventId: 'a', topic: 'events', partition: 0 }
  const { store } = await ownStore(url)
  const claim = claimOf(await store.claim(key, 'f'))
  const frozen = await claim.begin!({ statementMs: 1_000, idleMs: 200 })
  await frozen.sql.query(`insert into effects values ('a', 'frozen')`)
  await query(`insert into effects values ('a', 'other')`)
  await expect(frozen.commit('processed')).rejects.toThrow()
  expect(frozen.isBroken()).toBe(true)
  expect(await effects()).toEqual([{ event_id: 'a', note: 'other' }])
  await claim.complete('processed')
})

it('counts a call without SQL as a duplicate if another owner completed the event', async () => {
  const { replica, age } = await situation()
  const [started, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const plain = { sql: false }
  const former = await replica(() => {
    started.resolve()
    return goOn.promise
  }, plain)
  const later = await replica(() => {}, plain)
  former.put({ kind: 'k', id: 'a' })
  await started.promise
  await age(LEASE_MS)
  later.put({ kind: 'k', id: 'a' })
  expect(await later.endedAs(1)).toEqual(['processed'])
  goOn.resolve()
  expect(await former.endedAs(1)).toEqual(['duplicate'])
  expect(former.notes).toEqual(['mark failed'])
  expect(former.lostCount()).toBe(1)
})

it('commits writes made under a lease that expired but was not taken over', async () => {
  const { replica, effects, age } = await situation()
  const { put, endedAs } = await replica(async (id, context) => {
    await write(context, id)
    await age(LEASE_MS * 2)
  })
  put({ kind: 'k', id: 'a' })
  expect(await endedAs(1)).toEqual(['processed'])
  expect(await effects()).toHaveLength(1)
})

it('aborts a handler whose claim may be lost, and calls it again if no owner took it over', async () => {
  const { replica, age } = await situation()
  const started = Promise.withResolvers<void>()
  const told: boolean[] = []
  const waits: Handler = async (_, { signal }) => {
    started.resolve()
    if (told.length > 0) return
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    told.push(signal.aborted)
  }
  const former = await replica(waits, { sql: false })
  former.put({ kind: 'k', id: 'a' })
  await started.promise
  await age(LEASE_MS)
  await former.clock.jump(LEASE_MS)
  expect(await former.endedAs(1)).toEqual(['processed'])
  expect(told).toEqual([true])
  expect(former.notes).toEqual(['interrupted'])
  expect(former.lostCount()).toBe(1)
})
