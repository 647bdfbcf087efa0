import { definePlugin, type PluginEvent } from 'inventory-events'
import { runPlugin } from 'inventory-events/testing'
import { expect, it } from 'vitest'
import { z } from 'zod'

const split = (id: string): PluginEvent => ({
  id,
  name: 'stockitem.split',
  time: '2024-01-15T10:30:00Z',
  args: [],
  kwargs: { id: 7 },
})

/** A plugin that notes the steps of its life. */
function noting(notes: string[]) {
  return definePlugin({
    slug: 'noting',
    settings: z.object({ name: z.string(), tries: z.number().default(2) }),
    start({ settings, metrics, log }) {
      metrics.counter({ name: 'calls_total', help: 'Calls.' }).inc(1)
      log.info('starting')
      notes.push(`start ${settings.name} ${settings.tries}`)
    },
    processEvent: ({ id }, { settings }) => void notes.push(`${id} ${settings.name}`),
    stop: () => void notes.push('stop'),
  })
}

it('starts the plugin with its settings before the events, and stops it after them', async () => {
  const notes: string[] = []
  const logged: unknown[] = []
  const note = (...line: unknown[]) => void logged.push(line)
  const log = { debug: note, info: note, warn: note, error: note }
  const settings = { name: 'x' }
  await runPlugin(noting(notes), [split('1'), split('2')], { settings, crash: true, log })
  expect(notes).toEqual(['start x 2', '1 x', '2 x', '1 x', '2 x', 'stop'])
  expect(logged).toEqual([['starting']])
})

it('refuses settings that the schema refuses', async () => {
  const notes: string[] = []
  await expect(runPlugin(noting(notes), [], { settings: { nam: 'x' } })).rejects.toMatchObject({
    code: 'PLUGIN_INVALID',
    message: expect.stringMatching(/settings\.name: .*settings\.nam: unknown, did you mean name\?/),
  })
  expect(notes).toEqual([])
})

it('fails as the service does if start throws, and calls no handler', async () => {
  const calls: string[] = []
  const plugin = definePlugin({
    slug: 'fails',
    start() {
      throw new Error('no pool')
    },
    processEvent: () => void calls.push('call'),
    stop: () => void calls.push('stop'),
  })
  await expect(runPlugin(plugin, [split('1')])).rejects.toMatchObject({
    code: 'PLUGIN_START_FAILED',
    plugin: 'fails',
  })
  expect(calls).toEqual([])
})

it('stops the plugin if the run fails', async () => {
  const notes: string[] = []
  const plugin = definePlugin({
    slug: 'hangs',
    timeoutMs: 10,
    processEvent: () => new Promise<void>(() => {}),
    stop: () => void notes.push('stop'),
  })
  await expect(runPlugin(plugin, [split('1')])).rejects.toMatchObject({ code: 'HANDLER_TIMEOUT' })
  expect(notes).toEqual(['stop'])
})
