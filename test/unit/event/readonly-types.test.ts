import type {
  Event,
  InventoryEvent,
  JsonObject,
  JsonValue,
  PluginEvent,
  UnknownEvent,
} from 'inventory-events'
import type { OpenPublisher } from 'inventory-events/publisher'
import type { runPlugin } from 'inventory-events/testing'
import { expectTypeOf, it } from 'vitest'

// The type assertions are checked by `tsc`, which is part of the lint.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** The fields and lists in `T`, at any depth, that could be written to. JSON values are tested apart. */
type Writable<T> = JsonValue extends T
  ? never
  : T extends readonly (infer Item)[]
    ? T extends unknown[]
      ? 'a list'
      : Writable<Item>
    : T extends object
      ? { [K in keyof T]-?: IsReadonly<T, K> extends true ? Writable<T[K]> : K }[keyof T]
      : never

type IsReadonly<T, K extends keyof T> = Same<Pick<T, K>, Readonly<Pick<T, K>>>

type WritableJson =
  | null
  | boolean
  | number
  | string
  | WritableJson[]
  | { [key: string]: WritableJson }

type Mutable<T> = JsonValue extends T
  ? WritableJson
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T

it('is read-only for handlers, in every place of an event', () => {
  expectTypeOf<Writable<InventoryEvent | PluginEvent>>().toBeNever()
  expectTypeOf<Writable<Pick<UnknownEvent, 'id' | 'time'>>>().toBeNever()
  expectTypeOf<Writable<Exclude<JsonValue, JsonObject>>>().toBeNever()
  expectTypeOf<Writable<{ readonly a: { b: 1 } } | { readonly c: 1[] }>>().toEqualTypeOf<
    'b' | 'a list'
  >()
})

it('does not compile when it is written to', () => {
  const write = (event: Event): void => {
    // @ts-expect-error a field of every event
    event.id = 'x'
    switch (event.kind) {
      case undefined:
        // @ts-expect-error an argument
        event.kwargs.id = 1
        // @ts-expect-error a list
        event.args.push(1)
        return
      case 'inventory.moved':
        // @ts-expect-error inside an object
        event.to.name = 'x'
        // @ts-expect-error inside a map
        if (event.entity.attributes) event.entity.attributes.colour = 'red'
        return
      case 'inventory.modified':
        // @ts-expect-error inside lists
        event.changes.attributes.add.push({ key: 'a', value: 1 })
        return
      case 'inventory.merged':
        // @ts-expect-error a list
        event.sourceEntityIds.sort()
        return
      default:
        // @ts-expect-error any field of an unknown event
        event.colour = 'red'
    }
  }
  expectTypeOf(write).toBeFunction()
})

it('takes objects and lists that can be written to, where events are given to us', () => {
  expectTypeOf<Mutable<PluginEvent>>().toExtend<Event>()
  expectTypeOf<Mutable<InventoryEvent>>().toExtend<Event>()
  expectTypeOf<{ a: number[]; b: { c: string[] } }>().toExtend<JsonValue>()
  expectTypeOf<Mutable<InventoryEvent>[]>().toExtend<Parameters<OpenPublisher['publish']>[0]>()
  expectTypeOf<Mutable<InventoryEvent>[]>().toExtend<Parameters<typeof runPlugin>[1]>()
})
