import { definePlugin, type PluginLog, type PluginMetrics } from 'inventory-events'
import * as v from 'valibot'
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

// The type assertions are checked by `tsc`, which is part of the lint.

it('infers the settings of start and of the handler from a schema of zod', () => {
  const plugin = definePlugin({
    slug: 'alarms',
    settings: z.object({ url: z.url(), apiKey: z.string(), retries: z.coerce.number().default(3) }),
    secrets: ['apiKey'],
    wantsProcessEvent: (name) => name === 'inventory.moved',
    start({ settings, log, metrics, signal }) {
      expectTypeOf(settings).toEqualTypeOf<{ url: string; apiKey: string; retries: number }>()
      expectTypeOf(log).toEqualTypeOf<PluginLog>()
      expectTypeOf(metrics).toEqualTypeOf<PluginMetrics>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
    },
    processEvent(event, { settings }) {
      expectTypeOf(event.kind).toEqualTypeOf<'inventory.moved'>()
      expectTypeOf(settings).toEqualTypeOf<{ url: string; apiKey: string; retries: number }>()
    },
  })
  expect(plugin.secrets).toEqual(['apiKey'])
})

it('infers what a schema of valibot makes of its input', () => {
  definePlugin({
    slug: 'alarms',
    sql: true,
    settings: v.object({ port: v.pipe(v.string(), v.transform(Number)) }),
    processEvent(_event, { settings, sql }) {
      expectTypeOf(settings).toEqualTypeOf<{ port: number }>()
      expectTypeOf(sql.query).toBeFunction()
    },
  })
})

it('has no settings without a schema', () => {
  definePlugin({
    slug: 'none',
    start({ settings }) {
      expectTypeOf(settings).toEqualTypeOf<undefined>()
    },
    processEvent(_event, { settings }) {
      expectTypeOf(settings).toEqualTypeOf<undefined>()
    },
  })
})

it('rejects secrets that are no settings, and schemas that are none', () => {
  definePlugin({
    slug: 'misspelt',
    settings: z.object({ apiKey: z.string() }),
    // @ts-expect-error it is apiKey
    secrets: ['apikey'],
    processEvent() {},
  })
  definePlugin({
    slug: 'no-schema',
    // @ts-expect-error an example in place of a schema
    settings: { apiKey: 'x' },
    processEvent() {},
  })
})

it('rejects a health that says nothing, and one that does not say why', () => {
  definePlugin({
    slug: 'silent',
    // @ts-expect-error nothing is returned
    health: () => {},
    processEvent() {},
  })
  definePlugin({
    slug: 'why',
    // @ts-expect-error why is missing
    health: () => ({ status: 'pause' }),
    processEvent() {},
  })
})
