import type { Config } from '../config/settings.ts'
import { InventoryEventsError } from '../util/errors.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

export interface Shared {
  /** With no more calls at once than there are connections for them. */
  plugins: readonly LoadedPlugin[]
  /** How many connections are for claims and marks, and how many for `context.sql`. */
  connections: { marks: number; transactions: number }
}

/**
 * Shares out the connections to the database. Marks have a quarter of them, because every call of a
 * handler with `context.sql` keeps one to itself; those have the rest, in equal parts. Throws
 * CONFIG_INVALID where there are too few.
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
  const message = `IDEMPOTENCY_CONNECTIONS_MAX: expected at least ${least}, one for marks and one for each plugin with context.sql, got ${got}`
  return new InventoryEventsError('CONFIG_INVALID', message)
}

function lowered(plugin: LoadedPlugin, concurrency: number): LoadedPlugin {
  return { ...plugin, concurrency: Math.min(plugin.concurrency, concurrency) }
}
