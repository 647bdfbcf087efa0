import { definePlugin, type JsonValue } from 'inventory-events'
import { type CrashStep, eventBuilder, runPlugin } from 'inventory-events/testing'
import { describe, expect, it } from 'vitest'

describe('crashes at each step', () => {
  const build = eventBuilder()
  const events = [build('inventory.wasted'), build('inventory.destroyed')]

  async function run(crash: CrashStep) {
    const calls: string[] = []
    const plugin = definePlugin({
      slug: 'notes',
      processEvent: ({ id }) => void calls.push(id),
    })
    const { deliveries } = await runPlugin(plugin, events, { crash })
    const outcomes = deliveries.map(({ event, outcome }) => `${event.id} ${outcome}`)
    return { calls, outcomes }
  }

  it('before the handler: it is called once all the same', async () => {
    expect(await run('before-call')).toEqual({
      calls: ['evt_1', 'evt_2'],
      outcomes: ['evt_1 processed', 'evt_2 processed'],
    })
  })

  it('between effect and mark: it is called again', async () => {
    expect(await run('before-mark')).toEqual({
      calls: ['evt_1', 'evt_1', 'evt_2', 'evt_2'],
      outcomes: ['evt_1 processed', 'evt_2 processed'],
    })
  })

  it('after the mark: the next process finds it', async () => {
    expect(await run('after-mark')).toEqual({
      calls: ['evt_1', 'evt_2'],
      outcomes: ['evt_1 duplicate', 'evt_2 duplicate'],
    })
  })

  it('crashes once for each event, and not for those that the filter declines', async () => {
    const calls: string[] = []
    const plugin = definePlugin({
      slug: 'notes',
      wants: ['inventory.wasted'],
      processEvent: async ({ id }) => void calls.push(id),
    })
    const options = { crash: 'before-mark', duplicates: true } as const
    const { deliveries, unwanted } = await runPlugin(plugin, events, options)
    expect(calls).toEqual(['evt_1', 'evt_1'])
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(['processed', 'duplicate'])
    expect(unwanted.map(({ id }) => id)).toEqual(['evt_2', 'evt_2'])
  })
})

describe('state in a run', () => {
  const build = eventBuilder()
  const events = [
    build('inventory.moved'),
    build('inventory.moved'),
    build('inventory.moved', { entity: { id: 'ent_2' } }),
  ]
  const plugin = definePlugin({
    slug: 'restless',
    wants: ['inventory.moved'],
    state: {
      version: 2,
      initial: () => ({ moves: 0 }),
      upgrade: (old: JsonValue) => ({ moves: Number(old) }),
    },
    processEvent(_event, { state }) {
      if (state.value.moves === 9) return state.clear()
      state.set(({ moves }) => ({ moves: moves + 1 }))
    },
  })

  it('is reported by entity', async () => {
    const { state } = await runPlugin(plugin, events, { duplicates: true })
    expect(state).toEqual({ ent_1: { moves: 2 }, ent_2: { moves: 1 } })
  })

  it('begins with what is given, and loses what is cleared', async () => {
    const given = { ent_1: { moves: 4 }, ent_2: { moves: 9 }, ent_3: { moves: 1 } }
    const { state } = await runPlugin(plugin, events, { state: given })
    expect(state).toEqual({ ent_1: { moves: 6 }, ent_3: { moves: 1 } })
  })

  it('may be given in an older version', async () => {
    const { state } = await runPlugin(plugin, events, { state: { ent_1: 4 }, stateVersion: 1 })
    expect(state).toEqual({ ent_1: { moves: 6 }, ent_2: { moves: 1 } })
  })

  it.each<CrashStep>(['before-call', 'before-mark', 'after-mark'])(
    'includes each event once after a crash %s',
    async (crash) => {
      const { state } = await runPlugin(plugin, events, { crash })
      expect(state).toEqual({ ent_1: { moves: 2 }, ent_2: { moves: 1 } })
    },
  )

  it('is refused for a plugin without state', async () => {
    const stateless = definePlugin({ slug: 'stateless', processEvent() {} })
    await expect(runPlugin(stateless, events, { state: { ent_1: 1 } })).rejects.toThrow(
      'state: expected the plugin to have state',
    )
  })
})
