import { expect, it } from 'vitest'
import type { InventoryMovedEvent } from '../../src/event/event.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('dead-letters nothing while a plugin fails on everything, and resumes when it recovers', async () => {
  const good = recorder()
  const failing = recorder(undefined, 'down')
  let isDown = true
  const down: Plugin = {
    ...failing.plugin,
    retry: { maxAttempts: 3, initialDelayMs: 5, maxDelayMs: 10 },
    processEvent(event, context) {
      if (isDown) throw new Error('connection refused')
      return failing.plugin.processEvent(event, context)
    },
  }
  const s = await situation({ plugins: [down, good.plugin] })
  const events = Array.from({ length: 200 }, (_, n) => moved(`ent_${n % 20}`, n))
  await s.publish(events)
  const service = await s.start()
  const isOpen = async () => (await service.metric('breaker_open{plugin="down"}')) === 1
  await until(isOpen, { what: 'the breaker of the plugin to open' })
  await until(() => good.seen.length === events.length, {
    what: 'the other plugin to get all events',
  })
  expect((await s.offsets()).map(({ committed }) => committed)).toEqual([0, 0, 0])

  isDown = false
  await s.caughtUp()
  expect(await s.letters()).toEqual([])
  expect(await service.metric('breaker_open{plugin="down"}')).toBe(0)
  for (let entity = 0; entity < 20; entity++) {
    const its = failing.seen.filter((event) => isOf(event as InventoryMovedEvent, entity))
    const expected = events.filter((event) => isOf(event, entity))
    expect(its.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  }
})

function isOf(event: InventoryMovedEvent, entity: number): boolean {
  return event.entity.id === `ent_${entity}`
}
