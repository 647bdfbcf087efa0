import {
  definePlugin,
  type Event,
  type EventNamed,
  type InventoryEvent,
  type InventoryMergedEvent,
  type InventoryMergeRevertedEvent,
  type InventoryMovedEvent,
  type PluginEvent,
  type UnknownEvent,
  type Wanted,
} from 'inventory-events'
import { expect, expectTypeOf, it } from 'vitest'

// The type assertions are checked by `tsc`, which is part of the lint.

const processEvent = () => {}

it('types the event by exact names', () => {
  definePlugin({
    slug: 'one',
    wants: ['inventory.moved'],
    where: { gt: { 'data.entity.quantity': 10 } },
    async processEvent(event, { log }) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent>()
      log.info({ to: event.to.name }, 'moved')
    },
  })
  definePlugin({
    slug: 'several',
    wants: ['inventory.moved', 'inventory.merged', 'stockitem.split'],
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent | InventoryMergedEvent | PluginEvent>()
    },
  })
})

it('types the event by the beginnings of names', () => {
  definePlugin({
    slug: 'kinds',
    wants: ['inventory.*'],
    processEvent: (event) => void expectTypeOf(event).toEqualTypeOf<InventoryEvent>(),
  })
  definePlugin({
    slug: 'merges',
    wants: ['inventory.merge*'],
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<InventoryMergedEvent | InventoryMergeRevertedEvent>()
    },
  })
  definePlugin({
    slug: 'stock',
    wants: ['stockitem.*'],
    processEvent: (event) => void expectTypeOf(event).toEqualTypeOf<PluginEvent>(),
  })
  definePlugin({
    slug: 'both',
    wants: ['inventory.moved', 'stockitem.*'],
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent | PluginEvent>()
    },
  })
})

it('types the event of a name by what can have it', () => {
  expectTypeOf<EventNamed<'mine.happened'>>().toEqualTypeOf<PluginEvent>()
  expectTypeOf<EventNamed<'inv*'>>().toEqualTypeOf<InventoryEvent | PluginEvent>()
  expectTypeOf<EventNamed<'inventory.counted'>>().toEqualTypeOf<UnknownEvent>()
  expectTypeOf<EventNamed<'inventory.count*'>>().toEqualTypeOf<UnknownEvent>()
  expectTypeOf<EventNamed<`inventory.${string}`>>().toEqualTypeOf<InventoryEvent>()
  expectTypeOf<EventNamed<string>>().toEqualTypeOf<Event>()
})

it('takes lists that were made elsewhere', () => {
  const wants = ['inventory.moved', 'mine.*'] as const satisfies readonly Wanted[]
  definePlugin({
    slug: 'constant',
    wants,
    processEvent: (event) =>
      void expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent | PluginEvent>(),
  })
  const names: string[] = []
  definePlugin({
    slug: 'computed',
    wants: names,
    processEvent: (event) => void expectTypeOf(event).toEqualTypeOf<Event>(),
  })
  const wanted: Wanted[] = []
  definePlugin({
    slug: 'any',
    wants: wanted,
    processEvent: (event) => void expectTypeOf(event).toEqualTypeOf<Event>(),
  })
  const kinds: InventoryEvent['kind'][] = []
  definePlugin({
    slug: 'joined',
    wants: ['mine.happened', ...kinds],
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<InventoryEvent | PluginEvent>()
    },
  })
  definePlugin({
    slug: 'chosen',
    wants: names.length > 0 ? ['inventory.moved'] : ['mine.happened'],
    processEvent(event) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent | PluginEvent>()
    },
  })
})

it('accepts the paths of the events that it selects', () => {
  definePlugin({
    slug: 'paths',
    wants: ['stockitem.*'],
    where: { exact: { 'data.kwargs.id': 1 } },
    processEvent,
  })
  definePlugin({
    slug: 'misspelt',
    wants: ['inventory.moved'],
    // @ts-expect-error a path is misspelt
    where: [{ exact: { 'data.entty.name': 'x' } }],
    processEvent,
  })
  definePlugin({
    slug: 'another-kind',
    wants: ['inventory.merge*'],
    // @ts-expect-error a path of another kind
    where: { exact: { 'data.entityId': 'x' } },
    processEvent,
  })
})

it('goes with sql and state', () => {
  definePlugin({
    slug: 'sql',
    wants: ['inventory.moved'],
    sql: true,
    async processEvent(event, { sql }) {
      expectTypeOf(event).toEqualTypeOf<InventoryMovedEvent>()
      await sql.query('select 1')
    },
  })
  definePlugin({
    slug: 'state',
    wants: ['inventory.merge*'],
    state: { version: 1, initial: () => ({ moves: 0 }) },
    processEvent(event, { state }) {
      expectTypeOf(event).toEqualTypeOf<InventoryMergedEvent | InventoryMergeRevertedEvent>()
      state.set({ moves: state.value.moves + 1 })
    },
  })
})

it('rejects a list beside a function, and what is no list of names', () => {
  // @ts-expect-error a plugin has one of the two
  definePlugin({ slug: 'two', wants: ['mine'], wantsProcessEvent: () => true, processEvent })
  // @ts-expect-error not a list
  definePlugin({ slug: 'text', wants: 'inventory.moved', processEvent })
  // @ts-expect-error not a name
  definePlugin({ slug: 'number', wants: [5], processEvent })
  expect(definePlugin({ slug: 'own', wants: ['mine.*'], processEvent }).wants).toEqual(['mine.*'])
})
