import { definePlugin } from 'inventory-events'

/** Notes each event and the key it is given, in a table; gives up those whose transaction says so. */
export default definePlugin({
  slug: 'marking',
  sql: true,
  async processEvent(event, { sql, idempotencyKey }) {
    await sql.query('insert into effects (event_id, key) values ($1, $2)', [
      event.id,
      idempotencyKey,
    ])
  },
})
