import { definePlugin } from 'inventory-events'

/**
 * Writes moves to Postgres, a whole batch with one statement. Its rows are committed together with the
 * record that its events are completed, so each move is there exactly once. It needs the table
 * `create table moves (event_id text, entity_id text, place text, moved_at timestamptz)`.
 */
export default definePlugin({
  slug: 'moves-sink',
  title: 'Moves in Postgres',
  wants: ['inventory.moved'],
  sql: true,
  batch: { maxEvents: 500, maxWaitMs: 200 },
  async processEvents(events, { sql }) {
    await sql.query(
      `insert into moves (event_id, entity_id, place, moved_at)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])`,
      [
        events.map(({ id }) => id),
        events.map(({ entity }) => entity.id),
        events.map(({ to }) => to.name),
        events.map(({ time }) => time),
      ],
    )
  },
})
