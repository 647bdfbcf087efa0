import { database } from './postgres.ts'
import { pluginPath } from './serve.ts'

/** A database in which the plugin `marking` records its effects, and the settings of a service with it. */
export async function markedEffects() {
  const { url, query } = await database()
  await query('create table effects (n serial, event_id text, key text)')
  const settings = {
    IDEMPOTENCY_STORE: url,
    IDEMPOTENCY_LEASE_MS: '2000',
    SESSION_TIMEOUT_MS: '6000',
    PLUGINS: pluginPath('plugins/marking'),
  }
  return { query, settings }
}
