import pg from 'pg'
import { startPostgres } from '../support/postgres-server.ts'
import type { SeenEffect } from './evidence.ts'
import type { MarkTimes } from './marks.ts'

/**
 * The database of one group: the store's marks, and the table that the transactional plugin writes
 * to.
 */
export interface Bookings {
  url: string
  /** In the order of insertion. */
  effects(): Promise<SeenEffect[]>
  /** When each event was first marked as completed. */
  marks(wallToMonotonicUs: number): Promise<MarkTimes>
  close(): Promise<void>
}

export interface Postgres {
  /** A schema of its own. */
  open(name: string): Promise<Bookings>
  stop(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

const CREATE = `create table bookings (n serial, plugin text, event_id text, key text, topic text,
  place int, record_offset int, attempt int, at_us float8, pid int)`

const EFFECTS = `select plugin, event_id as "eventId", key, topic, place as partition,
  record_offset as "offset", attempt, at_us as "atUs", pid from bookings order by n`

const MARKS = `select plugin, event_id as "eventId",
  extract(epoch from completed_at)::float8 * 1000000 as "wallUs"
  from inventory_events_marks where state = 'completed'`

/** A Postgres server, on disk as in production, that can be stopped and restarted. */
export async function startBookings(): Promise<Postgres> {
  const { url: server, start, stop, remove } = await startPostgres()
  return { start, stop, remove, open }

  async function open(name: string): Promise<Bookings> {
    const schema = name.replace(/\W/g, '_')
    const url = `${server}?options=-c%20search_path%3D${schema}`
    const pool = new pg.Pool({ connectionString: url, max: 1 })
    // Idle connections fail when the server is stopped.
    pool.on('error', () => undefined)
    await pool.query(`create schema ${schema}`)
    await pool.query(CREATE)
    return {
      url,
      effects: async () => (await pool.query<SeenEffect>(EFFECTS)).rows,
      async marks(wallToMonotonicUs) {
        const { rows } = await pool.query(MARKS)
        const times = rows.map(({ plugin, eventId, wallUs }) => [
          `${plugin} ${eventId}`,
          wallUs + wallToMonotonicUs,
        ])
        const all = new Map<string, number>(times as [string, number][])
        return (plugin, eventId) => all.get(`${plugin} ${eventId}`)
      },
      close: () => pool.end(),
    }
  }
}
