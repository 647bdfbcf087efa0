import { setTimeout } from 'node:timers/promises'
import { definePlugin } from 'inventory-events'

/** Writes an effect, then waits in its call while its gate is closed. */
export default definePlugin({
  slug: 'transactional',
  sql: true,
  async processEvent(event, { sql, log }) {
    const owner = process.env.GATE ?? 'open'
    await sql.query('insert into effects (event_id, owner) values ($1, $2)', [event.id, owner])
    const isClosed = async () =>
      (await sql.query('select from gates where name = $1', [owner])).rowCount !== 0
    if (await isClosed()) log.info('in the middle')
    while (await isClosed()) await setTimeout(20)
  },
})
