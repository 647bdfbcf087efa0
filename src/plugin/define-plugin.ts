import type { Event, InventoryEvent, InventoryKind, PluginEvent } from '../event/event.ts'
import type { Where } from '../filter/where.ts'
import type { Plugin, PluginContext, SqlPluginContext } from './plugin.ts'

/** What arrives under a name: a kind's own type, a plugin event; any event if the name is open. */
export type EventNamed<Name extends string> = string extends Name
  ? Event
  : Name extends InventoryKind
    ? Extract<InventoryEvent, { kind: Name }>
    : PluginEvent

type Filter<Name extends string> = ((name: string) => name is Name) | ((name: string) => boolean)

type ContextFor<UsesSql extends boolean> = UsesSql extends true ? SqlPluginContext : PluginContext

/** A plugin whose handler is typed by the names that its filter spells out, and by `sql`. */
export interface PluginFor<Name extends string, UsesSql extends boolean = false>
  extends Omit<Plugin, 'wantsProcessEvent' | 'where' | 'processEvent' | 'sql'> {
  wantsProcessEvent?: Filter<Name>
  where?: Where<EventNamed<Name>>
  sql?: UsesSql
  processEvent(
    event: EventNamed<Name>,
    context: ContextFor<UsesSql>,
  ): ReturnType<Plugin['processEvent']>
}

/**
 * Gives a plugin its types and changes nothing: the service checks a plugin when it loads it.
 *
 * With a filter such as `(name) => name === 'inventory.moved'` the handler's event is typed as an
 * InventoryMovedEvent. With any other filter, or none, it is an Event, and comparing `event.kind`
 * narrows it; `event.kind === undefined` means a plugin event. The paths that `where` may name are those
 * of the event. With `sql: true` there is `context.sql`.
 */
export function definePlugin<Name extends string = string, UsesSql extends boolean = false>(
  plugin: PluginFor<Name, UsesSql>,
): Plugin {
  return plugin as Plugin
}
