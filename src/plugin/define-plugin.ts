import type { Where } from '../filter/where.ts'
import type {
  BatchContext,
  BatchOptions,
  BatchPlugin,
  SqlBatchContext,
} from './batches/batch-plugin.ts'
import type {
  Plugin,
  PluginContext,
  SqlPluginContext,
  StartContext,
  StateOptions,
  StatePluginContext,
} from './plugin.ts'
import type { AnySchema, SettingNameOf, SettingsOf } from './settings/standard-schema.ts'
import type { EventNamed, Wanted } from './wanted-types.ts'

type Filter<Name extends string> = ((name: string) => name is Name) | ((name: string) => boolean)

type ContextFor<UsesSql extends boolean, State, Settings> = (UsesSql extends true
  ? SqlPluginContext<Settings>
  : PluginContext<Settings>) &
  ([State] extends [never] ? unknown : StatePluginContext<State>)

type Wants = readonly Wanted[]

/** The event of a handler: by the list if there is one, else by the names that the function selects. */
type EventFor<Name extends string, List extends Wants> = EventNamed<
  List extends readonly [] ? Name : List[number]
>

type Retyped =
  | 'wants'
  | 'wantsProcessEvent'
  | 'where'
  | 'processEvent'
  | 'processEvents'
  | 'batch'
  | 'sql'
  | 'state'
  | 'settings'
  | 'secrets'
  | 'start'

interface PluginBase<
  Name extends string,
  UsesSql extends boolean,
  State,
  List extends Wants,
  Schema extends AnySchema | undefined,
> extends Omit<Plugin, Retyped> {
  where?: Where<EventFor<Name, List>>
  sql?: UsesSql
  state?: StateOptions<State>
  settings?: Schema
  secrets?: readonly SettingNameOf<Schema>[]
  start?(context: StartContext<SettingsOf<Schema>>): void | Promise<void>
}

/**
 * The names of the events that it wants, as a list, as a function, or all. `| Wants` is for editors: of
 * a type parameter alone they suggest nothing inside the quotes.
 */
type FilterByName<Name extends string, List extends Wants> =
  | { wants: List | Wants; wantsProcessEvent?: never }
  | { wants?: never; wantsProcessEvent: Filter<Name> }
  | { wants?: never; wantsProcessEvent?: never }

/** The handler, of one event or of a batch. */
type Handler<
  Name extends string,
  UsesSql extends boolean,
  State,
  List extends Wants,
  Schema extends AnySchema | undefined,
  Batch extends BatchOptions | undefined,
> =
  | {
      processEvent(
        event: EventFor<Name, List>,
        context: ContextFor<UsesSql, State, SettingsOf<Schema>>,
      ): ReturnType<Plugin['processEvent']>
      processEvents?: undefined
      batch?: undefined
    }
  | {
      processEvents(
        events: readonly EventFor<Name, List>[],
        context: BatchContextFor<EventFor<Name, List>, UsesSql, SettingsOf<Schema>>,
      ): ReturnType<BatchPlugin['processEvents']>
      batch: Batch
      processEvent?: undefined
      state?: undefined
    }

/** A plugin whose handler is typed by the names that it wants, by `sql`, `state` and `settings`. */
export type PluginFor<
  Name extends string,
  UsesSql extends boolean = false,
  State = never,
  List extends Wants = readonly [],
  Schema extends AnySchema | undefined = undefined,
  Batch extends BatchOptions | undefined = undefined,
> = PluginBase<Name, UsesSql, State, List, Schema> &
  FilterByName<Name, List> &
  Handler<Name, UsesSql, State, List, Schema, Batch>

type BatchContextFor<
  E extends EventNamed<string>,
  UsesSql extends boolean,
  Settings,
> = UsesSql extends true ? SqlBatchContext<E, Settings> : BatchContext<E, Settings>

/**
 * Types a plugin and returns it unchanged; the service validates it when it loads it.
 *
 * With `wants: ['inventory.moved']`, or a wantsProcessEvent such as `(name) => name ===
 * 'inventory.moved'`, the handler's event is an InventoryMovedEvent. With another wantsProcessEvent,
 * or no filter, it is an Event, which a comparison of `event.kind` narrows; `event.kind === undefined`
 * means a plugin event. `where` accepts the paths of that event type. With `sql: true` the context has
 * `sql`; with `state` it has `state`, of the type that `initial` returns; `context.settings` is what the
 * schema `settings` makes of the plugin's settings.
 */
export function definePlugin<
  Name extends string = string,
  UsesSql extends boolean = false,
  State = never,
  const List extends Wants = readonly [],
  Schema extends AnySchema | undefined = undefined,
  Batch extends BatchOptions | undefined = undefined,
>(
  plugin: PluginFor<Name, UsesSql, State, List, Schema, Batch>,
): Batch extends BatchOptions ? BatchPlugin : Plugin {
  return plugin as never
}
