import { definePlugin } from 'inventory-events'
import { expect, it } from 'vitest'
import type { InventoryMovedEvent } from '../../src/event/event.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'

it('keeps the order of each entity under concurrency and retries', async () => {
  const effects = new Map<string, number[]>()
  let mostAtOnce = 0
  let running = 0
  const plugin = definePlugin({
    slug: 'orders',
    retry: { maxAttempts: 5, initialDelayMs: 5, maxDelayMs: 20 },
    wantsProcessEvent: (name) => name === 'inventory.moved',
    async processEvent(event, { attempt }) {
      running += 1
      mostAtOnce = Math.max(mostAtOnce, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      const n = Number(event.transactionId)
      if (isFlaky(event) && attempt < 3) throw new Error('not yet')
      effects.set(event.entity.id, [...(effects.get(event.entity.id) ?? []), n])
    },
  })
  const s = await situation({ plugins: [plugin] })
  const entities = Array.from({ length: 20 }, (_, i) => `ent_${i}`)
  const events: InventoryMovedEvent[] = []
  for (let n = 0; n < 50; n++) for (const entity of entities) events.push(moved(entity, n))
  await s.publish(events)
  const service = await s.start()
  await s.caughtUp()
  const inOrder = Array.from({ length: 50 }, (_, n) => n)
  for (const entity of entities) expect(effects.get(entity), entity).toEqual(inOrder)
  expect(mostAtOnce).toBeGreaterThan(s.config.KAFKA_TOPICS.length * 3)
  expect(await service.metric('deliveries_total{outcome="processed"}')).toBe(1_000)
  expect(await service.metric('delivery_retries_total')).toBe(4 * 7 * 2)
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
})

/** Only four entities: if five failed together, the circuit breaker would open. */
function isFlaky({ transactionId, entity }: InventoryMovedEvent): boolean {
  return Number(entity.id.slice(4)) % 5 === 0 && Number(transactionId) % 7 === 3
}
