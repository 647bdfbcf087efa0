import { pino } from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import { followStatus } from '../../src/console/follow-status.ts'
import type { Event, InventoryMovedEvent } from '../../src/event/event.ts'
import { statusTopicOf } from '../../src/topics/names.ts'
import { type Clock, systemClock } from '../../src/util/clock.ts'
import { moved } from '../support/events.ts'
import { type Running, readAll, situation } from '../support/service-kit.ts'
import { serviceClient, until } from '../support/stack.ts'
import { removeTopic } from '../support/topic-admin.ts'

/** Few, so that the breaker stays closed. */
const FAILING = ['ent_3', 'ent_13', 'ent_23', 'ent_33']
const steady = { slug: 'steady', processEvent: () => undefined }
const failing = {
  slug: 'failing',
  retry: { maxAttempts: 2 },
  processEvent(event: Event): void {
    if (FAILING.includes((event as InventoryMovedEvent).entity.id))
      throw new TypeError('content of an event')
  },
}

/** Polls as fast as it can. */
const impatient: Clock = { ...systemClock, sleep: (_, signal) => systemClock.sleep(50, signal) }

it('shows each replica with what it owns and does, and no content of events', async () => {
  const s = await situation({ plugins: [steady, failing], partitions: 4 })
  const name = (KAFKA_GROUP_INSTANCE_ID: string) => ({
    KAFKA_GROUP_INSTANCE_ID,
    STATUS_INTERVAL_MS: '1000',
  })
  const running: Running[] = [await s.start(name('one')), await s.start(name('two'))]
  const status = await follow(s.groupId)
  const partitions = () =>
    status
      .replicas()
      .map(({ status: each }) =>
        each!.partitions.filter(({ topic }) => topic === s.topic).map(({ partition }) => partition),
      )
  await until(
    () =>
      partitions()
        .map(({ length }) => length)
        .join() === '2,2',
    {
      what: 'both replicas to have two partitions',
    },
  )
  expect(partitions().flat().sort()).toEqual([0, 1, 2, 3])

  const entities = Array.from({ length: 40 }, (_, n) => `ent_${n}`)
  await s.publish(entities.map((entity) => moved(entity)))
  await s.caughtUp()
  const total = (slug: string, count: 'processed' | 'deadLettered' | 'retries') =>
    status
      .replicas()
      .flatMap(({ status: each }) => each!.plugins.filter((plugin) => plugin.slug === slug))
      .reduce((sum, plugin) => sum + plugin.total[count], 0)
  await until(() => total('steady', 'processed') === 40, { what: 'the counts of both' })
  await until(() => total('failing', 'deadLettered') === 4, { what: 'the dead letters of both' })
  expect(total('failing', 'retries')).toBe(4)
  const [one, two] = status.replicas()
  expect([one, two]).toMatchObject([
    { replica: 'one', state: 'reporting', status: { events: 'on', problems: [] } },
    { replica: 'two', state: 'reporting', status: { events: 'on', problems: [] } },
  ])
  const errors = [...one!.status!.errors, ...two!.status!.errors]
  expect(errors[0]).toMatchObject({ plugin: 'failing', type: 'TypeError' })
  expect(errors[0]!.at).toMatch(/status\.test\.ts:\d+:\d+$/)
  const lags = () => status.replicas().flatMap(({ status: each }) => each!.partitions)
  await until(() => lags().every(({ lag }) => lag === 0), { what: 'no lag' })
  const written = await readAll(statusTopicOf(s.groupId))
  expect(written.map(({ value }) => String(value)).join()).not.toContain('content of an event')

  await running[0]!.stop()
  await until(() => status.replicas().length === 1, { what: 'the stopped one to be gone' })
  expect(status.replicas()).toMatchObject([{ replica: 'two', state: 'reporting' }])
})

it('a topic that is missing harms nothing', async () => {
  const s = await situation({ plugins: [steady] })
  await removeTopic(statusTopicOf(s.groupId))
  const service = await s.start({ STATUS_INTERVAL_MS: '1000' })
  await s.publish([moved('ent_1')])
  await s.caughtUp()
  const warning = 'cannot write the status of this replica'
  await until(() => service.log.some(({ msg }) => msg === warning), { what: 'the warning' })
  const ready = await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)
  expect(ready.status).toBe(200)
  expect(service.log.filter(({ level }) => level === 'error')).toEqual([])
  expect(service.failures).toEqual([])
})

async function follow(groupId: string) {
  const log = pino({ level: 'silent' })
  const status = await followStatus({ kafka: serviceClient(), groupId, clock: impatient, log })
  onTestFinished(() => status.stop())
  return status
}
