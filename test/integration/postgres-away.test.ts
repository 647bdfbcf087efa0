import { expect, it, onTestFinished } from 'vitest'
import type { InventoryMovedEvent } from '../../src/event/event.ts'
import type { Plugin, SqlPluginContext } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { database } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('loses and dead-letters nothing while Postgres is down, and resumes on its own', {
  timeout: 400_000,
}, async () => {
  const server = await startPostgres()
  onTestFinished(() => server.remove())
  const { url, query } = await database(server.url)
  await query('create table effects (n serial, entity text, event_id text)')
  const writing: Plugin = {
    slug: 'writing',
    sql: true,
    retry: { maxAttempts: 1 },
    async processEvent(event, context) {
      const { entity, id } = event as InventoryMovedEvent
      const { sql } = context as SqlPluginContext
      await sql.query('insert into effects (entity, event_id) values ($1, $2)', [entity.id, id])
    },
  }
  const other = recorder()
  const s = await situation({
    plugins: [writing, other.plugin],
    settings: { IDEMPOTENCY_STORE: url },
  })
  const service = await s.start()
  const entities = Array.from({ length: 40 }, (_, n) => `ent_${n}`)
  const events = Array.from({ length: 2_000 }, (_, n) => moved(entities[n % 40]!, n))
  await s.publish(events)
  const written = async () => Number((await query('select count(*) from effects'))[0]?.count)

  for (const share of [0.1, 0.5]) {
    const isAtWork = async () => (await written()) > events.length * share
    await until(isAtWork, { what: `${share} of the effects` })
    await server.stop()
    await until(isStill(), { what: 'the service to stop processing' })
    expect(await service.metric('in_flight_deliveries')).toBeGreaterThan(0)
    await server.start()
  }
  await s.caughtUp(60_000)
  expect(service.log.map(({ msg }) => msg)).toContain('the idempotency store is unavailable')

  expect(await s.letters()).toEqual([])
  const effects = await query('select entity, event_id from effects order by n')
  for (const entity of entities) {
    const expected = events.filter((event) => event.entity.id === entity).map(({ id }) => id)
    const own = effects.filter((effect) => effect.entity === entity)
    expect(own.map(({ event_id }) => event_id)).toEqual(expected)
  }
  expect(new Set(other.ids())).toEqual(new Set(events.map(({ id }) => id)))
  expect(await service.metric('rebalances_total')).toBe(1)
  expect(await service.metric('deliveries_total{outcome="processed"}')).toBeGreaterThan(3_900)
  expect(service.failures).toEqual([])

  /** Whether the number of ended deliveries is unchanged over several polls. */
  function isStill(times = 40) {
    let last = -1
    let same = 0
    return async () => {
      const now = await service.metric('deliveries_total')
      same = now === last ? same + 1 : 0
      last = now
      return same >= times
    }
  }
})
