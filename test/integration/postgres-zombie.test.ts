import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import transactional from '../support/plugins/transactional.ts'
import { database } from '../support/postgres.ts'
import { pluginPath, serve } from '../support/serve.ts'
import { scrape, situation, total } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('leaves one effect of each event when a replica is frozen in the middle of handlers and woken', {
  timeout: 400_000,
}, async () => {
  const { url, query } = await database()
  await query('create table effects (event_id text, owner text)')
  await query('create table gates (name text)')
  await query(`insert into gates values ('zombie')`)
  const s = await situation({
    plugins: [transactional],
    settings: {
      IDEMPOTENCY_STORE: url,
      IDEMPOTENCY_LEASE_MS: '1000',
      SESSION_TIMEOUT_MS: '6000',
    },
  })
  const events = Array.from({ length: 30 }, (_, n) => moved(`ent_${n}`))
  await s.publish(events)
  const zombie = serve({
    ...s.settings,
    GATE: 'zombie',
    PLUGINS: pluginPath('plugins/transactional'),
  })
  const { httpPort } = await zombie.logged('started')
  await zombie.logged('in the middle')
  const metric = async (name: string) => total(await scrape(Number(httpPort)), name)
  const claimed = await query<{ n: number }>(
    'select count(*)::int as n from inventory_events_marks',
  )
  expect(claimed[0]?.n).toBeGreaterThan(0)

  zombie.kill('SIGSTOP')
  await s.start()
  await s.caughtUp(60_000)
  expect(await effectsOf('open')).toBe(events.length)
  await query('delete from gates')
  zombie.kill('SIGCONT')
  // Which it notices first depends on what it was doing when it was frozen.
  const hasLost = async () =>
    (await metric('idempotency_lost_leases_total')) > 0 || (await metric('deliveries_total')) > 0
  await until(hasLost, { what: 'the woken replica to lose its claims or its partitions' })
  const isQuiet = async () => (await metric('in_flight_deliveries')) === 0
  await until(isQuiet, { what: 'the woken replica to have abandoned its work' })

  expect(await effectsOf('zombie')).toBe(0)
  const counts = await query('select event_id, count(*)::int as n from effects group by 1')
  expect(counts.map(({ n }) => n)).toEqual(events.map(() => 1))
  expect(await s.letters()).toEqual([])

  async function effectsOf(owner: string): Promise<number> {
    const [row] = await query('select count(*)::int as n from effects where owner = $1', [owner])
    return row?.n
  }
})
