import type { Config } from '../config/settings.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

export interface Shared {
  /** The plugins, with their concurrency lowered to the connections there are for them. */
  plugins: readonly LoadedPlugin[]
  /** `marks` is for claims and marks, `transactions` for `context.sql`. */
  connections: { marks: number; transactions: number }
}

/**
 * Divides the database connections. A quarter is reserved for marks, because every call of a handler
 * with `context.sql` occupies a connection of its own. The plugins with `context.sql` share the rest
 * equally. Throws CONFIG_INVALID if there are too few.
 */
export function shareConnections(
  plugins: readonly LoadedPlugin[],
  { IDEMPOTENCY_CONNECTIONS_MAX: connectionsMax }: Pick<Config, 'IDEMPOTENCY_CONNECTIONS_MAX'>,
): Shared {
  const withSql = plugins.filter(({ sql }) => sql).length
  if (withSql === 0) return { plugins, connections: { marks: connectionsMax, transactions: 1 } }
  if (connectionsMax < withSql + 1) throw tooFew(connectionsMax, withSql + 1)
  const marks = Math.max(1, Math.min(Math.floor(connectionsMax / 4), connectionsMax - withSql))
  const each = Math.floor((connectionsMax - marks) / withSql)
  return {
    plugins: plugins.map((plugin) => (plugin.sql ? lowered(plugin, each) : plugin)),
    connections: { marks, transactions: each * withSql },
  }
}

function tooFew(got: number, least: number): InventoryEventsError {
  const message = `IDEMPOTENCY_CONNECTIONS_MAX: expected at least ${least} (one for marks and one for each plugin with context.sql), got ${got}`
  return new InventoryEventsError('CONFIG_INVALID', message)
}

function lowered(plugin: LoadedPlugin, concurrency: number): LoadedPlugin {
  return { ...plugin, concurrency: Math.min(plugin.concurrency, concurrency) }
}
