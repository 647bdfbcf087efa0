import { expect, it } from 'vitest'
import type { Plugin } from '../../src/plugin/plugin.ts'
import { moved, wasted } from '../support/events.ts'
import { recorder } from '../support/recorder.ts'
import { situation } from '../support/service-kit.ts'

it('dead-letters the event for the plugin whose filter fails, and delivers it to the others', async () => {
  const good = recorder('inventory.moved')
  const called: string[] = []
  const throwing: Plugin = {
    slug: 'throwing',
    wantsProcessEvent(name) {
      if (name === 'inventory.moved') throw new Error(`no opinion on ${name}`)
      return true
    },
    processEvent: ({ id }) => void called.push(id),
  }
  const asking: Plugin = {
    slug: 'asking',
    wantsProcessEvent: (async () => false) as never,
    processEvent: ({ id }) => void called.push(id),
  }
  const s = await situation({ plugins: [throwing, asking, good.plugin] })
  const move = moved('ent_1')
  const waste = wasted('ent_1')
  await s.publish([move, waste])
  const service = await s.start()
  await s.caughtUp()

  expect(good.ids()).toEqual([move.id])
  expect(called).toEqual([waste.id])
  const letters = (await s.letters()).map(({ headers }) => headers)
  expect(letters).toHaveLength(3)
  for (const [slug, ce_id, error] of [
    ['throwing', move.id, 'wantsProcessEvent: no opinion on inventory.moved'],
    ['asking', move.id, expect.stringMatching(/expected true or false, got a promise/)],
    ['asking', waste.id, expect.stringMatching(/expected true or false, got a promise/)],
  ]) {
    expect(letters).toContainEqual(
      expect.objectContaining({
        ce_id,
        'dlq.plugin': slug,
        'dlq.reason': 'filter',
        'dlq.error': error,
        'dlq.attempts': '0',
      }),
    )
  }
  expect(await service.metric('filter_decisions_total{decision="error"}')).toBe(3)
  expect(await service.metric('unaccounted_deliveries')).toBe(0)
})
