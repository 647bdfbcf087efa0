import { definePlugin, type PluginLog } from 'inventory-events'
import pg from 'pg'
import { z } from 'zod'

/** Opens a pool of connections in `start`, and closes it in `stop`. */
export function pooled(slug: string) {
  let pool: pg.Pool | undefined
  let own: PluginLog | undefined
  return definePlugin({
    slug,
    concurrency: 4,
    settings: z.object({ databaseUrl: z.string().min(10), callMs: z.number().default(0) }),
    secrets: ['databaseUrl'],
    async start({ settings, log, metrics }) {
      own = log
      metrics.gauge({ name: 'pool_connections_max', help: 'The size of the pool.' }).set(4)
      pool = new pg.Pool({ connectionString: settings.databaseUrl, max: 4 })
      await pool.query('select 1')
      log.info('opened')
    },
    async processEvent(event, { settings, log }) {
      log.info({ id: event.id }, 'begun')
      await pool?.query('select pg_sleep($1)', [settings.callMs / 1_000])
      log.info({ id: event.id }, 'written')
    },
    async stop() {
      await pool?.end()
      own?.info('closed')
    },
  })
}

export default pooled('pooled')
