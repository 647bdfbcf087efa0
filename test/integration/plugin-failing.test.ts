import { expect, it } from 'vitest'
import type { Event } from '../../src/event/event.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

/** Three of 12 entities fail: too few to open the circuit breaker. */
const events = Array.from({ length: 120 }, (_, n) => moved(`ent_${n % 12}`, n))
const isBad = (event: Event) => Number((event as { transactionId: string }).transactionId) % 12 < 3
const idsOf = (some: Event[]) => some.map(({ id }) => id).sort()
const bad = events.filter(isBad)
const retry = { maxAttempts: 2, initialDelayMs: 5, maxDelayMs: 10 }

it('dead-letters events that a plugin fails on or is too slow for, and serves the others', async () => {
  const good = recorder()
  const broken: Plugin = {
    slug: 'broken',
    retry,
    processEvent(event) {
      if (isBad(event)) throw new TypeError('cannot read the shelf')
    },
  }
  const slow: Plugin = {
    slug: 'slow',
    retry,
    timeoutMs: 20,
    processEvent: (event, { signal }) =>
      new Promise((done, fail) => {
        if (!isBad(event)) return done()
        signal.addEventListener('abort', () => fail(signal.reason))
      }),
  }
  const s = await situation({ plugins: [broken, good.plugin, slow] })
  await s.publish(events)
  const service = await s.start()
  await s.caughtUp()

  expect(good.ids().sort()).toEqual(idsOf(events))
  const letters = (await s.letters()).map(({ headers }) => headers)
  expect(letters).toHaveLength(2 * bad.length)
  for (const [slug, error] of [
    ['broken', 'cannot read the shelf'],
    ['slow', 'processEvent took longer than its limit of 20 ms'],
  ]) {
    const its = letters.filter((headers) => headers['dlq.plugin'] === slug)
    expect(its.map(({ ce_id }) => ce_id).sort(), slug).toEqual(idsOf(bad))
    const why = { 'dlq.reason': 'exhausted', 'dlq.error': error, 'dlq.attempts': '2' }
    for (const headers of its) expect(headers).toMatchObject(why)
    const processed = await service.metric(`deliveries_total{plugin="${slug}",outcome="processed"}`)
    expect(processed, slug).toBe(events.length - bad.length)
  }
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
  expect(service.failures).toEqual([])
})

it('holds events of a plugin with onExhausted hold until it recovers', async () => {
  const good = recorder()
  const held = recorder(undefined, 'held')
  let isDown = true
  const holding: Plugin = {
    ...held.plugin,
    retry,
    onExhausted: 'hold',
    processEvent(event, context) {
      if (isDown && isBad(event)) throw new Error('the shelf is locked')
      return held.plugin.processEvent(event, context)
    },
  }
  const s = await situation({ plugins: [holding, good.plugin] })
  await s.publish(events)
  const service = await s.start()
  const isHeld = async () => (await service.metric('delivery_retries_total')) > 20
  await until(isHeld, { what: 'deliveries to be retried beyond their attempts' })
  await until(() => good.seen.length === events.length, {
    what: 'the other plugin to get all events',
  })
  expect(held.seen).toHaveLength(events.length - bad.length)

  isDown = false
  await s.caughtUp()
  expect(held.ids().sort()).toEqual(idsOf(events))
  expect(await s.letters()).toEqual([])
})
