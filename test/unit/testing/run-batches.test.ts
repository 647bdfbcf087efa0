import { definePlugin, type Event, reject, retryAfter, skip } from 'inventory-events'
import { runPlugin } from 'inventory-events/testing'
import { expect, it } from 'vitest'
import { pluginEvent } from '../../support/events.ts'

const batch = { maxEvents: 100, maxWaitMs: 60_000 }
const events = [1, 2, 3, 4].map((id) => pluginEvent('stockitem.moved', { id }))

it('runs a plugin that takes batches, without waiting for more events', async () => {
  const calls: number[] = []
  const sink = definePlugin({
    slug: 'sink',
    batch,
    processEvents(all) {
      calls.push(all.length)
    },
  })
  const { deliveries } = await runPlugin(sink, events, { duplicates: true, crash: true })
  expect(calls).toEqual([4, 4])
  const outcomes = deliveries.map(({ outcome }) => outcome)
  expect(outcomes.filter((each) => each === 'processed')).toHaveLength(8)
  expect(outcomes.filter((each) => each === 'duplicate')).toHaveLength(8)
})

it('reports an outcome for each event of a batch', async () => {
  const sink = definePlugin({
    slug: 'sink',
    batch,
    retry: { maxAttempts: 2 },
    processEvents(all, context) {
      const [first, second, third] = all
      const outcomes = new Map()
      if (all.length < 4) return
      outcomes.set(first, skip('no need'))
      outcomes.set(second, reject('never', { code: 'NEVER' }))
      outcomes.set(third, retryAfter(500, 'later'))
      context.log.info('three outcomes')
      return outcomes
    },
  })
  const { deliveries } = await runPlugin(sink, events)
  expect(deliveries.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
    ['skipped', 1],
    ['processed', 1],
    ['rejected', 1],
    ['processed', 2],
  ])
  expect(deliveries[2]).toMatchObject({ error: 'never', code: 'NEVER' })
  expect(deliveries[3]?.delaysMs).toEqual([500])
})

it('gives the whole batch one sql, and completes its events after it', async () => {
  const statements: unknown[] = []
  const sink = definePlugin({
    slug: 'sink',
    sql: true,
    batch,
    async processEvents(all: readonly Event[], { sql }) {
      await sql.query('insert into moves select unnest($1::text[])', [all.map(({ id }) => id)])
    },
  })
  const sql = {
    async query(text: string, values?: readonly unknown[]) {
      statements.push([text, values])
      return { rows: [], rowCount: 0 }
    },
  }
  const { deliveries } = await runPlugin(sink, events, { sql })
  expect(statements).toHaveLength(1)
  expect(deliveries.map(({ outcome }) => outcome)).toEqual(Array(4).fill('processed'))
})

it.each([
  ['before an await', async () => {}],
  ['after an await', () => Promise.resolve()],
])('finds an outcome that was made and is not in the map, %s', async (when, wait) => {
  const sink = definePlugin({
    slug: 'sink',
    batch,
    retry: { maxAttempts: 1 },
    async processEvents() {
      if (when === 'after an await') await wait()
      reject('lost')
    },
  })
  const run = runPlugin(sink, events.slice(0, 1))
  const text = 'the handler called reject("lost") and did not return it: write return reject(...)'
  if (when === 'after an await') await expect(run).rejects.toThrow(text)
  else expect((await run).deliveries).toMatchObject([{ outcome: 'dead-lettered', error: text }])
})

it('counts outcomes in the map as returned, also those made after an await', async () => {
  const sink = definePlugin({
    slug: 'sink',
    batch,
    async processEvents(all: readonly Event[]) {
      const early = new Map(all.slice(0, 1).map((event) => [event, skip('early')]))
      await Promise.resolve()
      for (const event of all.slice(1)) early.set(event, skip('late'))
      return early
    },
  })
  const { deliveries } = await runPlugin(sink, events)
  expect(deliveries.map(({ error }) => error)).toEqual(['early', 'late', 'late', 'late'])
})
