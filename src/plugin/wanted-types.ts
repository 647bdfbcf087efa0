import type {
  Event,
  InventoryEvent,
  InventoryKind,
  OwnEvent,
  OwnEvents,
  OwnKind,
  PluginEvent,
  UnknownEvent,
} from '../event/event.ts'
import type { InventreeEvent } from '../event/inventree-events.ts'

type KnownName = InventoryKind | OwnKind | InventreeEvent

type PrefixOf<Name extends string> = Name extends `${infer Prefix}.${string}`
  ? `${Prefix}.*`
  : never

/**
 * A name, or the beginning of names followed by `*`: `inventory.moved`, `stockitem.*`. Editors suggest
 * the known ones; any other text is allowed, because names of plugin events are open.
 */
export type Wanted = KnownName | PrefixOf<KnownName> | (string & {})

/** The type of the events that a name or a pattern selects; any event for `string`. */
export type EventNamed<Name extends string> = string extends Name ? Event : Selected<Named<Name>>

type Named<Name extends string> = Name extends `${infer Prefix}*` ? `${Prefix}${string}` : Name

/** A name that begins with `inventory.` is a kind, of which this version may have no schema. */
type Selected<Name extends string> = Name extends `inventory.${string}`
  ? [KindsNamed<Name>] extends [never]
    ? UnknownEvent
    : KindsNamed<Name>
  : Name extends OwnKind
    ? OwnEvents[Name]
    : KindsNamed<Name> | PluginEvent

type KindsNamed<Name extends string> = Extract<InventoryEvent | OwnEvent, { kind: Name }>
