import { PostgresPool, type Queries } from '../pool.ts'
import { hasTable, STATES } from '../schema.ts'
import { copyStates, type StatesCopy } from './copy-states.ts'

export interface StatesReplacement extends StatesCopy {
  url(): string
}

/** Few enough for a statement's time limit. */
const ROWS_MAX = 10_000

/** Who handles an event meanwhile has lost its claim, so what it makes of the old states is refused. */
const LOSE_CLAIMS = `delete from inventory_events_marks
  where group_id = $1 and plugin = $2 and state = 'leased'`

/** $1 group, $2 plugin, $3 maximum rows. */
const DELETE_SOME = `delete from inventory_events_states where ctid = any (array(
  select ctid from inventory_events_states where group_id = $1 and plugin = $2 limit $3::int))`

/**
 * Replaces what a plugin remembers in a group by what it remembers in another one: all of it or nothing, in one
 * transaction. Doing it again does no harm. Rejects with STORE_UNAVAILABLE.
 */
export async function replaceStates({ url, from, to, plugin }: StatesReplacement): Promise<void> {
  const pool = new PostgresPool({ url, connectionsMax: 1, onError: () => {} })
  try {
    if (!(await hasTable(pool, STATES))) return
    const client = await pool.connect()
    const queries: Queries = { query: (statement) => client.query(statement) }
    try {
      await client.query('begin isolation level read committed read write')
      await client.query(LOSE_CLAIMS, [to, plugin])
      await deleteAll(queries, to, plugin)
      await copyStates(queries, { from, to, plugin })
      await client.query('commit')
      client.release()
    } catch (error) {
      // Closing the connection makes the server roll back.
      client.release(true)
      throw error
    }
  } finally {
    await pool.end()
  }
}

/** Forgets what a plugin remembers in a group that is no more. */
export async function deleteStates(
  url: () => string,
  groupId: string,
  plugin: string,
): Promise<void> {
  const pool = new PostgresPool({ url, connectionsMax: 1, onError: () => {} })
  try {
    if (await hasTable(pool, STATES)) await deleteAll(pool, groupId, plugin)
  } finally {
    await pool.end()
  }
}

async function deleteAll(queries: Queries, groupId: string, plugin: string): Promise<void> {
  for (;;) {
    const values = [groupId, plugin, ROWS_MAX]
    const { rowCount } = await queries.query({ text: DELETE_SOME, values })
    if ((rowCount ?? 0) < ROWS_MAX) return
  }
}
