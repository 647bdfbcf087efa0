import type { Event, InventoryEvent, InventoryKind, PluginEvent } from '../event/event.ts'
import type { Where } from '../filter/where.ts'
import type {
  Plugin,
  PluginContext,
  SqlPluginContext,
  StartContext,
  StateOptions,
  StatePluginContext,
} from './plugin.ts'
import type { AnySchema, SettingNameOf, SettingsOf } from './settings/standard-schema.ts'

/** The type of the event with this name: a kind's type or a plugin event; any event for `string`. */
export type EventNamed<Name extends string> = string extends Name
  ? Event
  : Name extends InventoryKind
    ? Extract<InventoryEvent, { kind: Name }>
    : PluginEvent

type Filter<Name extends string> = ((name: string) => name is Name) | ((name: string) => boolean)

type ContextFor<UsesSql extends boolean, State, Settings> = (UsesSql extends true
  ? SqlPluginContext<Settings>
  : PluginContext<Settings>) &
  ([State] extends [never] ? unknown : StatePluginContext<State>)

type Retyped =
  | 'wantsProcessEvent'
  | 'where'
  | 'processEvent'
  | 'sql'
  | 'state'
  | 'settings'
  | 'secrets'
  | 'start'

/** A plugin typed by the names that its type guard selects, by `sql`, `state` and `settings`. */
export interface PluginFor<
  Name extends string,
  UsesSql extends boolean = false,
  State = never,
  Schema extends AnySchema | undefined = undefined,
> extends Omit<Plugin, Retyped> {
  wantsProcessEvent?: Filter<Name>
  where?: Where<EventNamed<Name>>
  sql?: UsesSql
  state?: StateOptions<State>
  settings?: Schema
  secrets?: readonly SettingNameOf<Schema>[]
  start?(context: StartContext<SettingsOf<Schema>>): void | Promise<void>
  processEvent(
    event: EventNamed<Name>,
    context: ContextFor<UsesSql, State, SettingsOf<Schema>>,
  ): ReturnType<Plugin['processEvent']>
}

/**
 * Types a plugin and returns it unchanged; the service validates it when it loads it.
 *
 * With a wantsProcessEvent such as `(name) => name === 'inventory.moved'` the handler's event is an
 * InventoryMovedEvent. With any other, or none, it is an Event, which a comparison of `event.kind`
 * narrows; `event.kind === undefined` means a plugin event. `where` accepts the paths of that event
 * type. With `sql: true` the context has `sql`; with `state` it has `state`, of the type that `initial`
 * returns; `context.settings` is what the schema `settings` makes of the plugin's settings.
 */
export function definePlugin<
  Name extends string = string,
  UsesSql extends boolean = false,
  State = never,
  Schema extends AnySchema | undefined = undefined,
>(plugin: PluginFor<Name, UsesSql, State, Schema>): Plugin {
  return plugin as unknown as Plugin
}
