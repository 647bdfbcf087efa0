import { definePlugin } from 'inventory-events'

/** Records each event and its idempotency key in a table. */
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
