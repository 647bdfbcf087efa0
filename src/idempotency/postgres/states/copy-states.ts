import type { Queries } from '../pool.ts'
import { NOW } from '../statements.ts'

export interface StatesCopy {
  from: string
  to: string
  plugin: string
}

/** Few enough for a statement's time limit. */
const ROWS_MAX = 1_000

/** In the order of topics and keys. $1 the group, $2 the other, $3 plugin, $4 topic and $5 key to continue after, $6 rows. */
const COPY_STATES = {
  text: `with page as (
    select topic, key, text from inventory_events_states
      where group_id = $1 and plugin = $3 and (topic, key) > ($4, $5::bytea)
      order by topic, key limit $6::int
  ), copied as (
    insert into inventory_events_states (group_id, plugin, topic, key, text, updated_at)
      select $2, $3, topic, key, text, ${NOW} from page
      on conflict (group_id, plugin, topic, key) do update
        set text = excluded.text, revision = default, updated_at = excluded.updated_at
  )
  select topic, key from page order by topic desc, key desc limit 1`,
}

/** Copies what a plugin remembers to another group, which must not change it meanwhile. Safe to repeat. */
export async function copyStates(
  queries: Queries,
  { from, to, plugin }: StatesCopy,
): Promise<void> {
  let last: { topic: string; key: Buffer } | undefined = { topic: '', key: Buffer.alloc(0) }
  while (last !== undefined) {
    const values: unknown[] = [from, to, plugin, last.topic, last.key, ROWS_MAX]
    const { rows } = await queries.query<{ topic: string; key: Buffer }>({ ...COPY_STATES, values })
    last = rows[0]
  }
}
