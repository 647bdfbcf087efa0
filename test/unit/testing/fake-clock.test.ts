import { definePlugin, retryAfter } from 'inventory-events'
import { eventBuilder, fakeClock, runPlugin } from 'inventory-events/testing'
import { expect, it } from 'vitest'

const event = eventBuilder()('inventory.wasted')

it('a run waits for its clock between attempts', async () => {
  const clock = fakeClock()
  const calls: string[] = []
  const plugin = definePlugin({
    slug: 'limited',
    processEvent(_event, { attempt, record }) {
      calls.push(`${attempt} ${new Date(clock.now()).toISOString()}`)
      expect(record.timestampMs).toBe(Date.parse('2026-01-15T10:30:00Z'))
      return attempt === 1 ? retryAfter(60_000, 'closed') : undefined
    },
  })
  const run = runPlugin(plugin, [event], { clock })
  await clock.advance(59_999)
  expect(calls).toEqual(['1 2026-01-15T10:30:00.000Z'])
  await clock.advance(1)
  expect((await run).deliveries).toMatchObject([{ outcome: 'processed', delaysMs: [60_000] }])
  expect(calls[1]).toBe('2 2026-01-15T10:31:00.000Z')
})

it('a time limit passes with the clock', async () => {
  const clock = fakeClock()
  const plugin = definePlugin({
    slug: 'slow',
    timeoutMs: 30_000,
    retry: { maxAttempts: 1 },
    processEvent: (_event, { signal }) =>
      new Promise((_resolve, fail) => signal.addEventListener('abort', () => fail(signal.reason))),
  })
  const run = runPlugin(plugin, [event], { clock })
  await clock.advance(30_000)
  expect((await run).deliveries).toMatchObject([{ outcome: 'dead-lettered', reason: 'exhausted' }])
})

it('reports what was thrown, itself', async () => {
  class Refused extends Error {}
  const plugin = definePlugin({
    slug: 'refuses',
    retry: { maxAttempts: 2 },
    processEvent: async ({ id }, { attempt }) => {
      if (id === 'evt_1' || attempt === 1) throw new Refused('by the vendor', { cause: 429 })
    },
  })
  const build = eventBuilder()
  const events = [build('inventory.wasted'), build('inventory.wasted')]
  const { deliveries } = await runPlugin(plugin, events)
  expect(deliveries[0]?.thrown).toBeInstanceOf(Refused)
  expect(deliveries[0]?.thrown).toMatchObject({ cause: 429 })
  expect(deliveries[1]).toEqual({ event: events[1], outcome: 'processed', attempts: 2 })
})
