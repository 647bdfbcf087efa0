import { definePlugin } from 'inventory-events'
import { expect, it } from 'vitest'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('stops halfway and resumes later without loss', async () => {
  const effects: string[] = []
  const stopped = Promise.withResolvers<void>()
  const plugin = definePlugin({
    slug: 'slow',
    concurrency: 4,
    async processEvent(event) {
      // The first replica can't finish the events, however fast it is.
      if (effects.length > 300) await stopped.promise
      effects.push(event.id)
    },
  })
  const s = await situation({ plugins: [plugin], settings: { DRAIN_TIMEOUT_MS: '50' } })
  const events = Array.from({ length: 2_000 }, (_, n) => moved(`ent_${n % 40}`, n))
  await s.publish(events)
  const first = await s.start()
  await until(() => effects.length > 300, { what: '300 effects' })
  await first.stop()
  const seenByFirst = new Set(effects)
  stopped.resolve()
  expect(seenByFirst.size).toBeLessThan(events.length)
  const committed = (await s.offsets()).reduce((sum, { committed }) => sum + committed, 0)
  expect(committed).toBeLessThanOrEqual(seenByFirst.size)
  await s.start()
  await s.caughtUp()
  expect(new Set(effects)).toEqual(new Set(events.map(({ id }) => id)))
})
