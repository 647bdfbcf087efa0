import type pg from 'pg'
import type { KeptStates, StateQuery } from '../../kept-states.ts'
import { PostgresPool } from '../pool.ts'
import { hasTable, STATES } from '../schema.ts'
import { NOW } from '../statements.ts'
import { storedKey } from './stored-key.ts'

/** Few enough for a statement's time limit. */
const ROWS_MAX = 1_000

/** What $1 group, $2 plugin, $3 topic and $4 key ask for; null for any. */
const ASKED = `group_id = $1 and text is not null and ($2::text is null or plugin = $2)
  and ($3::text is null or topic = $3) and ($4::bytea is null or key = $4)`

/** A page in the order of the keys. $5 plugin, $6 topic and $7 key to continue after, $8 maximum rows. */
const PAGE = `from inventory_events_states where ${ASKED} and (plugin, topic, key) > ($5, $6, $7::bytea)
  order by plugin, topic, key limit $8::int`

const READ = `select plugin, topic, key, text, updated_at ${PAGE}`

/** A new revision refuses what handlers that are running make of the old state. */
const RESET = `with page as (select plugin, topic, key ${PAGE}), cleared as (
    insert into inventory_events_states (group_id, plugin, topic, key, updated_at)
    select $1, plugin, topic, key, ${NOW} from page order by plugin, topic, key
    on conflict (group_id, plugin, topic, key) do update
      set text = null, revision = default, updated_at = excluded.updated_at
  )
  select plugin, topic, key from page order by plugin, topic, key`

interface Place {
  plugin: string
  topic: string
  key: Buffer
}

interface Row extends Place {
  text: string
  updated_at: Date
}

/** The states in the table, read and reset over a connection of its own. */
export function keptInPostgres({ url, groupId }: { url(): string; groupId: string }): KeptStates {
  const pool = new PostgresPool({ url, connectionsMax: 1, onError: () => {} })

  /** Calls back for each page of what is asked for. */
  async function pages<Found extends Place & pg.QueryResultRow>(
    text: string,
    { plugin, topic, key }: StateQuery,
    signal: AbortSignal,
    onPage: (rows: readonly Found[]) => void | Promise<void>,
  ): Promise<void> {
    const asked = [groupId, plugin ?? null, topic ?? null, key ? storedKey(key) : null]
    let last: Place = { plugin: '', topic: '', key: Buffer.alloc(0) }
    for (;;) {
      signal.throwIfAborted()
      const values = [...asked, last.plugin, last.topic, last.key, ROWS_MAX]
      const { rows } = await pool.query<Found>({ text, values })
      await onPage(rows)
      last = rows.at(-1) ?? last
      if (rows.length < ROWS_MAX) return
    }
  }

  async function slugs(): Promise<ReadonlySet<string>> {
    const text = 'select distinct plugin from inventory_events_states where group_id = $1'
    const { rows } = await pool.query<{ plugin: string }>({ text, values: [groupId] })
    return new Set(rows.map(({ plugin }) => plugin))
  }

  return {
    async read(query, onState, signal) {
      if (!(await hasTable(pool, STATES))) return new Set()
      const seen = new Set<string>()
      await pages<Row>(READ, query, signal, async (rows) => {
        for (const { updated_at, ...state } of rows) {
          seen.add(state.plugin)
          await onState({ ...state, atMs: updated_at.getTime() })
        }
      })
      return seen.size > 0 ? seen : slugs()
    },
    async reset(query, signal) {
      let count = 0
      if (!(await hasTable(pool, STATES))) return count
      await pages(RESET, query, signal, (rows) => {
        count += rows.length
      })
      return count
    },
    close: () => pool.end(),
  }
}
