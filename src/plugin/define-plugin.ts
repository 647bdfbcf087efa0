import type { Where } from '../filter/where.ts'
import type {
  Plugin,
  PluginContext,
  SqlPluginContext,
  StateOptions,
  StatePluginContext,
} from './plugin.ts'
import type { EventNamed, Wanted } from './wanted-types.ts'

type Filter<Name extends string> = ((name: string) => name is Name) | ((name: string) => boolean)

type ContextFor<UsesSql extends boolean, State> = (UsesSql extends true
  ? SqlPluginContext
  : PluginContext) &
  ([State] extends [never] ? unknown : StatePluginContext<State>)

type Wants = readonly Wanted[]

/** The event of a handler: by the list if there is one, else by the names that the function selects. */
type EventFor<Name extends string, List extends Wants> = EventNamed<
  List extends readonly [] ? Name : List[number]
>

interface PluginBase<Name extends string, UsesSql extends boolean, State, List extends Wants>
  extends Omit<Plugin, 'wants' | 'wantsProcessEvent' | 'where' | 'processEvent' | 'sql' | 'state'> {
  where?: Where<EventFor<Name, List>>
  sql?: UsesSql
  state?: StateOptions<State>
  processEvent(
    event: EventFor<Name, List>,
    context: ContextFor<UsesSql, State>,
  ): ReturnType<Plugin['processEvent']>
}

/**
 * The names of the events that it wants, as a list, as a function, or all. `| Wants` is for editors: of
 * a type parameter alone they suggest nothing inside the quotes.
 */
type FilterByName<Name extends string, List extends Wants> =
  | { wants: List | Wants; wantsProcessEvent?: never }
  | { wants?: never; wantsProcessEvent: Filter<Name> }
  | { wants?: never; wantsProcessEvent?: never }

/** A plugin whose handler is typed by the names that it wants, by `sql` and by `state`. */
export type PluginFor<
  Name extends string,
  UsesSql extends boolean = false,
  State = never,
  List extends Wants = readonly [],
> = PluginBase<Name, UsesSql, State, List> & FilterByName<Name, List>

/**
 * Types a plugin and returns it unchanged; the service validates it when it loads it.
 *
 * With `wants: ['inventory.moved']`, or a wantsProcessEvent such as `(name) => name ===
 * 'inventory.moved'`, the handler's event is an InventoryMovedEvent. With another wantsProcessEvent,
 * or no filter, it is an Event, which a comparison of `event.kind` narrows; `event.kind === undefined`
 * means a plugin event. `where` accepts the paths of that event type. With `sql: true` the context has
 * `sql`; with `state` it has `state`, of the type that `initial` returns.
 */
export function definePlugin<
  Name extends string = string,
  UsesSql extends boolean = false,
  State = never,
  const List extends Wants = readonly [],
>(plugin: PluginFor<Name, UsesSql, State, List>): Plugin {
  return plugin as unknown as Plugin
}
