import type { Event, UnknownEvent } from '../event/event.ts'
import type { JsonValue } from '../event/json.ts'

/**
 * Selects events by content: a filter, or a list of filters that must all match. It is plain data, in
 * the dialects of CloudEvents Subscriptions. Fields are the attributes `ce_type`, `ce_id` and `ce_time`
 * (from the payload), other attributes such as `ce_source` (from the headers), and `data.<path>`, a
 * path in the event that the handler gets. A dot in a key is written `\.`, a list index as a number.
 */
export type Where<E = Event> = WhereFilter<E> | readonly WhereFilter<E>[]

/** One filter. If it names several fields, all must match. */
export type WhereFilter<E = Event> =
  | { exact: Attributes<string> & Exact<E> }
  | { prefix: Attributes<string> & Texts<E> }
  | { suffix: Attributes<string> & Texts<E> }
  | { in: Attributes<readonly string[]> & Lists<E> }
  | { gt: Attributes<string> & Ordered<E> }
  | { gte: Attributes<string> & Ordered<E> }
  | { lt: Attributes<string> & Ordered<E> }
  | { lte: Attributes<string> & Ordered<E> }
  | { exists: Attributes<boolean> & Any<E> }
  | { all: readonly WhereFilter<E>[] }
  | { any: readonly WhereFilter<E>[] }
  | { not: Where<E> }

type Attributes<Operand> = { [attribute: `ce_${string}`]: Operand }

type Scalar = null | boolean | number | string

/** A list or a map, to which only `exists` applies. */
type Container = { container: true }

type Entry = readonly [path: string, value: unknown]

/** Each path of an event with the type of its value. None for events of unknown kinds. */
type EntriesOf<E> = E extends UnknownEvent
  ? never
  : Exclude<At<E, 'data'>, readonly ['data', unknown]>

type At<T, P extends string> = JsonValue extends T
  ? readonly [P | `${P}.${string}`, Scalar]
  : T extends Scalar
    ? readonly [P, T]
    : T extends readonly (infer Item)[]
      ? readonly [P, Container] | At<Item, `${P}.${number}`>
      : string extends keyof T
        ? readonly [P, Container] | readonly [`${P}.${string}`, Scalar]
        : readonly [P, Container] | Members<T, P>

type Members<T, P extends string> = {
  [K in keyof T & string]-?: At<Exclude<T[K], undefined>, `${P}.${K}`>
}[keyof T & string]

type Exact<E> = Compared<EntriesOf<E>>
type Compared<X extends Entry> = { [M in X as KeyOf<M, Scalar>]?: M[1] }

type Lists<E> = Listed<EntriesOf<E>>
type Listed<X extends Entry> = { [M in X as KeyOf<M, Scalar>]?: readonly M[1][] }

type Texts<E> = Begun<EntriesOf<E>>
type Begun<X extends Entry> = { [M in X as KeyOf<M, string>]?: string }

type Ordered<E> = Placed<EntriesOf<E>>
type Placed<X extends Entry> = { [M in X as KeyOf<M, number | string>]?: Widened<M[1]> }

type Any<E> = Seen<EntriesOf<E>>
type Seen<X extends Entry> = { [M in X as M[0]]?: boolean }

/** The path if its value may be of one of these types. */
type KeyOf<M extends Entry, Kinds> = [Extract<M[1], Kinds>] extends [never] ? never : M[0]

type Widened<T> = (T extends number ? number : never) | (T extends string ? string : never)
