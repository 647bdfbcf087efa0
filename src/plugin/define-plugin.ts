import type { Event, InventoryEvent, InventoryKind, PluginEvent } from '../event/event.ts'
import type { Where } from '../filter/where.ts'
import type {
  Plugin,
  PluginContext,
  SqlPluginContext,
  StateOptions,
  StatePluginContext,
} from './plugin.ts'

/** The type of the event with this name: a kind's type or a plugin event; any event for `string`. */
export type EventNamed<Name extends string> = string extends Name
  ? Event
  : Name extends InventoryKind
    ? Extract<InventoryEvent, { kind: Name }>
    : PluginEvent

type Filter<Name extends string> = ((name: string) => name is Name) | ((name: string) => boolean)

type ContextFor<UsesSql extends boolean, State> = (UsesSql extends true
  ? SqlPluginContext
  : PluginContext) &
  ([State] extends [never] ? unknown : StatePluginContext<State>)

/** A plugin whose handler is typed by the names that its type guard selects, by `sql` and by `state`. */
export interface PluginFor<Name extends string, UsesSql extends boolean = false, State = never>
  extends Omit<Plugin, 'wantsProcessEvent' | 'where' | 'processEvent' | 'sql' | 'state'> {
  wantsProcessEvent?: Filter<Name>
  where?: Where<EventNamed<Name>>
  sql?: UsesSql
  state?: StateOptions<State>
  processEvent(
    event: EventNamed<Name>,
    context: ContextFor<UsesSql, State>,
  ): ReturnType<Plugin['processEvent']>
}

/**
 * Types a plugin and returns it unchanged; the service validates it when it loads it.
 *
 * With a wantsProcessEvent such as `(name) => name === 'inventory.moved'` the handler's event is an
 * InventoryMovedEvent. With any other, or none, it is an Event, which a comparison of `event.kind`
 * narrows; `event.kind === undefined` means a plugin event. `where` accepts the paths of that event
 * type. With `sql: true` the context has `sql`; with `state` it has `state`, of the type that `initial`
 * returns.
 */
export function definePlugin<
  Name extends string = string,
  UsesSql extends boolean = false,
  State = never,
>(plugin: PluginFor<Name, UsesSql, State>): Plugin {
  return plugin as unknown as Plugin
}
