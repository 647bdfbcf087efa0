import {
  type BatchContext,
  type BatchPlugin,
  definePlugin,
  type Event,
  type InventoryMovedEvent,
  type Plugin,
  reject,
  type Sql,
  skip,
} from 'inventory-events'
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'

// The type assertions are checked by `tsc`, which is part of the lint.

const batch = { maxEvents: 100, maxWaitMs: 500 }

it('types the events of a batch by wants, and as any event without', () => {
  definePlugin({
    slug: 'moves',
    wants: ['inventory.moved'],
    batch,
    processEvents(events, context) {
      expectTypeOf(events).toEqualTypeOf<readonly InventoryMovedEvent[]>()
      expectTypeOf(context.of).parameter(0).toEqualTypeOf<InventoryMovedEvent>()
    },
  })
  definePlugin({
    slug: 'named',
    wantsProcessEvent: (name) => name === 'inventory.moved',
    batch,
    async processEvents(events) {
      expectTypeOf(events).toEqualTypeOf<readonly InventoryMovedEvent[]>()
    },
  })
  definePlugin({
    slug: 'every',
    batch,
    processEvents(events, context) {
      expectTypeOf(events).toEqualTypeOf<readonly Event[]>()
      expectTypeOf(context).toEqualTypeOf<BatchContext<Event, undefined>>()
    },
  })
})

it('types the context: what belongs to one event is asked for by the event', () => {
  const plugin = definePlugin({
    slug: 'sink',
    sql: true,
    settings: z.object({ table: z.string() }),
    batch,
    processEvents([first], context) {
      expectTypeOf(context.sql).toEqualTypeOf<Sql>()
      expectTypeOf(context.settings).toEqualTypeOf<{ table: string }>()
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
      if (first === undefined) return
      const { attempt, idempotencyKey, record } = context.of(first)
      expectTypeOf(attempt).toEqualTypeOf<number>()
      expectTypeOf(idempotencyKey).toEqualTypeOf<string>()
      expectTypeOf(record.offset).toEqualTypeOf<number>()
      // @ts-expect-error: an attempt is that of one event
      void context.attempt
      // @ts-expect-error: a copy of the event's id is not the event
      context.of(first.id)
    },
  })
  expectTypeOf(plugin).toEqualTypeOf<BatchPlugin>()
  expect(plugin.batch).toBe(batch)
})

it('has no context.sql without sql: true', () => {
  definePlugin({
    slug: 'none',
    batch,
    // @ts-expect-error: sql is not set
    processEvents(_events, { sql }) {
      void sql
    },
  })
})

it('takes a map from events to outcomes, or nothing', () => {
  const one = definePlugin({
    slug: 'one',
    wants: ['inventory.moved'],
    batch,
    processEvents: (events) => new Map(events.map((event) => [event, reject(event.to.name)])),
  })
  const two = definePlugin({
    slug: 'two',
    batch,
    async processEvents([first]) {
      const outcomes = new Map()
      if (first !== undefined) outcomes.set(first, skip('no need'))
      return outcomes
    },
  })
  expectTypeOf(one).toEqualTypeOf<BatchPlugin>()
  expectTypeOf(two).toEqualTypeOf<BatchPlugin>()
  definePlugin({
    slug: 'by-id',
    batch,
    // @ts-expect-error: ids are not events
    processEvents: (events) => new Map(events.map(({ id }) => [id, reject('no')])),
  })
  definePlugin({
    slug: 'list',
    batch,
    // @ts-expect-error: a list may be out of step with the events
    processEvents: (events) => events.map(() => reject('no')),
  })
  definePlugin({
    slug: 'for-all',
    batch,
    // @ts-expect-error: a reject of one event must not reject all
    processEvents: () => reject('no'),
  })
  definePlugin({
    slug: 'text',
    batch,
    // @ts-expect-error: a text is no outcome
    processEvents: (events) => new Map(events.map((event) => [event, 'no'])),
  })
})

it('takes one of the two handlers, and no state beside batches', () => {
  // @ts-expect-error: batch without processEvents
  definePlugin({ slug: 'a', batch, processEvent() {} })
  // @ts-expect-error: processEvents without batch
  definePlugin({ slug: 'a', processEvents() {} })
  // @ts-expect-error: two handlers
  definePlugin({ slug: 'a', batch, processEvent() {}, processEvents() {} })
  // @ts-expect-error: a batch without its limits
  definePlugin({ slug: 'a', batch: { maxEvents: 5 }, processEvents() {} })
  // @ts-expect-error: state belongs to one entity
  definePlugin({ slug: 'a', state: { version: 1, initial: () => 0 }, batch, processEvents() {} })
})

it('leaves the type of other plugins as it is', () => {
  expectTypeOf(definePlugin({ slug: 'a', processEvent() {} })).toEqualTypeOf<Plugin>()
})
