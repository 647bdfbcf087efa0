import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { definePlugin, type Event, isUnknownEvent } from '../../../src/index.ts'
import { runPlugin } from '../../../src/testing.ts'

it('a plugin of an own kind runs in memory, with the schemas it is given', async () => {
  const seen: unknown[] = []
  const plugin = definePlugin({
    slug: 'orders',
    wants: ['order.placed'],
    processEvent: (event) => void seen.push({ event, isUnknown: isUnknownEvent(event as Event) }),
  })
  const event = {
    id: 'e1',
    kind: 'order.placed',
    time: '2026-01-31T08:30:00Z',
    order: { id: 'o1', total: '12.50' },
    status: 'open',
  }
  const schemas = [resolve('test/support/schemas')]
  const events = [event as unknown as Event]
  const { deliveries } = await runPlugin(plugin, events, { schemas, duplicates: true })
  expect(deliveries.map(({ outcome }) => outcome)).toEqual(['processed', 'duplicate'])
  expect(seen).toEqual([{ event, isUnknown: false }])
  await expect(
    runPlugin(plugin, [{ ...event, status: 'lost' } as unknown as Event], { schemas }),
  ).rejects.toThrow('status: expected "open" or "paid", got "lost"')
})
