import {
  definePlugin,
  type Event,
  type InventoryMovedEvent,
  type InventoryReceivedEvent,
  type PluginEvent,
  type UnknownEvent,
} from 'inventory-events'
import { expect, expectTypeOf, it } from 'vitest'

// The type assertions are checked by `tsc`, which is part of the lint.

const moved = { id: '1', kind: 'inventory.moved' } as InventoryMovedEvent

it('returns the plugin unchanged', () => {
  const plugin = { slug: 'a', processEvent() {} }
  expect(definePlugin(plugin)).toBe(plugin)
})

it('types the event by a filter for one name', () => {
  definePlugin({
    slug: 'cold-chain',
    wantsProcessEvent: (name) => name === 'inventory.moved',
    processEvent(event, { log, signal, attempt, idempotencyKey }) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent>()
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
      expectTypeOf(attempt).toEqualTypeOf<number>()
      expectTypeOf(idempotencyKey).toEqualTypeOf<string>()
      log.info({ to: event.to.name }, 'moved')
    },
  })
})

it('types the event by a filter for several names', () => {
  definePlugin({
    slug: 'several',
    wantsProcessEvent: (name) => name === 'inventory.moved' || name === 'inventory.received',
    async processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent | InventoryReceivedEvent>()
    },
  })
})

it('types the event of another name as a plugin event', () => {
  definePlugin({
    slug: 'shipping',
    wantsProcessEvent: (name) => name === 'salesordershipment.completed',
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<PluginEvent>()
    },
  })
})

it('types the event as any event without a filter, or with a filter by prefix', () => {
  definePlugin({
    slug: 'every',
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<Event>()
    },
  })
  definePlugin({
    slug: 'prefix',
    wantsProcessEvent: (name) => name.startsWith('inventory.'),
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<Event>()
    },
  })
})

it('narrows an event by its kind, despite unknown events', () => {
  expect(whereTo(moved)).toBe('moved')
})

function whereTo(event: Event): string {
  switch (event.kind) {
    case undefined:
      expectTypeOf(event).toEqualTypeOf<PluginEvent>()
      return event.name
    case 'inventory.moved':
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent>()
      return 'moved'
    case 'inventory.received':
    case 'inventory.produced':
    case 'inventory.modified':
    case 'inventory.bundled':
    case 'inventory.destroyed':
    case 'inventory.wasted':
    case 'inventory.merged':
    case 'inventory.merge.reverted':
    case 'inventory.restored':
      return event.flowId
    // @ts-expect-error a misspelt kind
    case 'inventory.movd':
      return 'misspelt'
    default:
      expectTypeOf(event).toEqualTypeOf<UnknownEvent>()
      return event.kind.toString()
  }
}

it('has context.sql only with sql: true', () => {
  definePlugin({
    slug: 'writes',
    sql: true,
    wantsProcessEvent: (name) => name === 'inventory.moved',
    async processEvent(event, { sql }) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent>()
      const { rows } = await sql.query<{ n: number }>('select 1 as n')
      expectTypeOf(rows).toEqualTypeOf<{ n: number }[]>()
    },
  })
  definePlugin({
    slug: 'does-not',
    // @ts-expect-error sql is not set
    processEvent: (_event, { sql }) => void sql,
  })
  definePlugin({
    slug: 'says-no',
    sql: false,
    // @ts-expect-error sql is false
    processEvent: (_event, { sql }) => void sql,
  })
})

it('rejects a plugin without a handler', () => {
  // @ts-expect-error processEvent is missing
  definePlugin({ slug: 'none', wantsProcessEvent: (name) => name === 'inventory.moved' })
})

it('has one kind of retry policy', () => {
  const nothing = () => {}
  definePlugin({ slug: 'listed', processEvent: nothing, retry: { delaysMs: [1_000, 60_000] } })
  definePlugin({ slug: 'listed', processEvent: nothing, retry: { delaysMs: [1] as const } })
  definePlugin({ slug: 'doubled', processEvent: nothing, retry: { maxAttempts: 3 } })
  definePlugin({
    slug: 'both',
    processEvent: nothing,
    // @ts-expect-error a list has its own number of attempts
    retry: { delaysMs: [1], maxAttempts: 2 },
  })
})
