import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'
import { configure, widen } from '../support/topic-admin.ts'

const store = 'kafka:'
const eventsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => moved(`ent_${n % 20}`, n))

it('calls no plugin again after a restart', async () => {
  const [{ plugin, ids }, other] = [recorder(), recorder(undefined, 'other')]
  const s = await situation({ plugins: [plugin, other.plugin], store })
  const events = eventsOf(500)
  const first = await s.start()
  await s.publish(events)
  await s.caughtUp()
  await first.stop()
  const second = await s.start()
  await s.publish([...events, moved('ent_1', 1_000)])
  await s.caughtUp()
  expect(ids()).toHaveLength(501)
  expect(other.ids()).toHaveLength(501)
  expect(await second.metric('deliveries_total{outcome="duplicate"}')).toBe(1_000)
  expect(await second.metric('deliveries_total{outcome="processed"}')).toBe(2)
  expect(second.log.filter(({ msg }) => String(msg).includes('is memory'))).toEqual([])
})

it('calls no plugin again when its partitions have moved to another replica', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], store, partitions: 4 })
  const events = eventsOf(400)
  const first = await s.start()
  await s.publish(events)
  await s.caughtUp()
  const second = await s.start()
  await until(async () => (await s.members()).filter((each) => each.length === 2).length === 2, {
    what: 'both replicas to have partitions',
  })
  await s.publish(events)
  await s.caughtUp()
  await first.stop()
  await s.publish(events)
  await s.caughtUp()
  expect(ids()).toHaveLength(400)
  expect(await second.metric('deliveries_total{outcome="processed"}')).toBe(0)
  expect(await second.metric('deliveries_total{outcome="duplicate"}')).toBeGreaterThan(400)
})

it('commits nothing while marks cannot be written', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], store, partitions: 1 })
  const first = await s.start()
  await s.publish(eventsOf(10))
  await s.caughtUp()
  await configure(s.marks, { 'max.message.bytes': '10' })
  await s.publish([moved('ent_1', 100)])
  await until(() => ids().length === 11, { what: 'the plugin to be called' })
  await until(async () => (await first.metric('commits_total{result="failed"}')) > 1, {
    what: 'commits to fail',
  })
  expect((await s.offsets())[0]).toMatchObject({ committed: 10, end: 11 })
  await configure(s.marks, { 'max.message.bytes': '1048588' })
  await s.caughtUp()
  expect(ids()).toHaveLength(11)
})

it('evicts the oldest marks beyond its limit, and counts them', async () => {
  const { plugin, ids } = recorder()
  const settings = { IDEMPOTENCY_MAX_MARKS: '1000' }
  const s = await situation({ plugins: [plugin], store, partitions: 1, settings })
  const events = eventsOf(1_500)
  const service = await s.start()
  await s.publish(events)
  await s.caughtUp()
  expect(await service.metric('idempotency_evictions_total')).toBe(500)
  await s.publish([...events.slice(-10), ...events.slice(0, 10)])
  await s.caughtUp()
  expect(ids()).toHaveLength(1_510)
})

it('does not start without its marks topic, and says what to do', async () => {
  const { plugin } = recorder()
  const s = await situation({ plugins: [plugin] })
  await expect(s.start({ IDEMPOTENCY_STORE: store })).rejects.toMatchObject({
    code: 'TOPIC_MISSING',
    message: `the topic does not exist: ${s.marks}; create it with \`inventory-events topics create\``,
  })
})

it('warns about a marks topic whose retention is shorter than that of the input', async () => {
  const { plugin } = recorder()
  const s = await situation({ plugins: [plugin], store })
  await configure(s.marks, { 'retention.ms': '3600000' })
  const service = await s.start()
  const warnings = service.log.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
  expect(warnings).toEqual(
    expect.arrayContaining([
      `${s.marks}: retention.ms (1 h) is below IDEMPOTENCY_TTL_MS (1 day): after a restart the lower value applies`,
      `completed events of ${s.topic} are remembered for 1 h, but its records are kept for 7 days: an event that is read again later than that is handled again`,
    ]),
  )
})

it('is not ready if its marks topic has too few partitions, reads the others, and loses nothing', async () => {
  const { plugin, ids } = recorder()
  const s = await situation({ plugins: [plugin], store, partitions: 2, marksPartitions: 1 })
  const events = eventsOf(100)
  const service = await s.start()
  await s.publish(events)
  await until(() => ids().length > 0, { what: 'events of the partition that has marks' })
  const ready = await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)
  expect(ready.status).toBe(503)
  expect(await ready.text()).toContain(s.marks)
  await widen(s.marks, 2)
  await s.caughtUp(60_000)
  expect(new Set(ids())).toEqual(new Set(events.map(({ id }) => id)))
  expect(ids()).toHaveLength(100)
})
