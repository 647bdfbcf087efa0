import type { Event } from '../../src/event/event.ts'
import { nameOf } from '../../src/event/guards.ts'
import type { AnyPlugin } from '../../src/plugin/batches/batch-plugin.ts'
import type { SqlPluginContext } from '../../src/plugin/plugin.ts'

/** Writes a row for each event by `context.sql`: one by one, or many with one statement. */
export type SinkName = 'one' | 'batch'

export const SINK_TABLE = 'create table sink (event_id text, name text)'

/** `count` is called for each event that was written. */
export function sinkOf(name: SinkName, slug: string, count: () => void): AnyPlugin {
  return name === 'one' ? oneByOne(slug, count) : inBatches(slug, count)
}

function oneByOne(slug: string, count: () => void): AnyPlugin {
  return {
    slug,
    sql: true,
    async processEvent(event, context) {
      const { sql } = context as SqlPluginContext
      await sql.query('insert into sink values ($1, $2)', [event.id, nameOf(event)])
      count()
    },
  }
}

function inBatches(slug: string, count: () => void): AnyPlugin {
  return {
    slug,
    sql: true,
    batch: { maxEvents: 500, maxWaitMs: 100 },
    async processEvents(events: readonly Event[], context) {
      const { sql } = context as unknown as SqlPluginContext
      const columns = [events.map(({ id }) => id), events.map(nameOf)]
      await sql.query('insert into sink select * from unnest($1::text[], $2::text[])', columns)
      for (const _ of events) count()
    },
  }
}
