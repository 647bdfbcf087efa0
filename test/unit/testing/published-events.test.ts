import { expect, it } from 'vitest'
import { definePlugin } from '../../../src/plugin/define-plugin.ts'
import { runPlugin } from '../../../src/testing/run-plugin.ts'
import { pluginEvent } from '../../support/events.ts'

const moved = pluginEvent('stockitem.moved', { id: 5 })

it('reports what a plugin published, each event once', async () => {
  const plugin = definePlugin({
    slug: 'rekeys',
    processEvent(_, { publish }) {
      publish({ name: 'stock.changed', kwargs: { n: 1 } }, { topic: 'stock.changes', key: 'p-1' })
      publish({ name: 'stock.seen' })
    },
  })
  const { published } = await runPlugin(plugin, [moved], { duplicates: true, crash: true })
  expect(published).toEqual([
    {
      topic: 'stock.changes',
      key: 'p-1',
      event: expect.objectContaining({ name: 'stock.changed', time: moved.time }),
    },
    {
      topic: 'plugin.events',
      key: published[1]!.event.id,
      event: expect.objectContaining({ name: 'stock.seen' }),
    },
  ])
})

it('finds a plugin that publishes something else when it is called again', async () => {
  let calls = 0
  const plugin = definePlugin({
    slug: 'counts-calls',
    processEvent(_, { publish }) {
      calls += 1
      publish({ name: 'stock.changed', kwargs: { calls } })
    },
  })
  await expect(runPlugin(plugin, [moved], { crash: true })).rejects.toThrow(
    /published twice with different content/,
  )
})
