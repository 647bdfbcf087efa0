import { expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { retryAfter } from '../../src/plugin/returns/returns.ts'
import { moved } from '../support/events.ts'
import { situation } from '../support/service-kit.ts'
import { until } from '../support/stack.ts'

it('a delay keeps the order of its entity, commits nothing past it, and does not outlive a stop', async () => {
  const calls: string[] = []
  let isClosed = true
  const plugin: Plugin = {
    slug: 'closes',
    processEvent({ id }, { attempt }) {
      calls.push(`${id} ${attempt}`)
      if (!isClosed || id === 'c') return undefined
      return retryAfter(86_400_000, 'closed until tomorrow', { countsAsAttempt: false })
    },
  }
  const s = await situation({ plugins: [plugin], partitions: 1, store: 'kafka:' })
  const service = await s.start()
  await s.publish([moved('crate-1', 0, 'a'), moved('crate-1', 1, 'b'), moved('crate-2', 0, 'c')])
  await until(() => calls.length === 2, { what: 'the calls of both entities' })
  expect(calls).toEqual(['a 1', 'c 1'])
  await until(async () => (await service.metric('delivery_delays_total')) === 1, {
    what: 'the delay to be counted',
  })
  const logged = service.log.find(({ msg }) => msg === 'handler asked for a later call')
  expect(logged).toMatchObject({
    ...{ plugin: 'closes', eventId: 'a', delayMs: 86_400_000, countsAsAttempt: false },
    err: { message: 'closed until tomorrow' },
  })
  await service.stop()
  expect(await s.offsets()).toEqual([{ partition: 0, committed: 0, end: 3 }])

  isClosed = false
  await s.start()
  await s.caughtUp()
  expect(calls.slice(2)).toEqual(['a 1', 'b 1'])
  expect(await s.letters()).toEqual([])
})
