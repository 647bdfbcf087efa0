import { PostgresPool } from './pool.ts'
import { ensureSchema, hasTable, MARKS, STATES } from './schema.ts'
import { COPY } from './statements.ts'
import { copyStates } from './states/copy-states.ts'

export interface MarksCopy {
  url(): string
  from: string
  to: string
  plugins: readonly string[]
}

/** Few enough for a statement's time limit. */
const ROWS_MAX = 10_000

/**
 * Copies a group's marks of these plugins to another group, except those that it has. Safe to repeat.
 * Returns the number of marks. Rejects with STORE_UNAVAILABLE or STORE_REFUSED; some are copied then.
 */
export async function copyMarks({ url, from, to, plugins }: MarksCopy): Promise<number> {
  const pool = new PostgresPool({ url, connectionsMax: 1, onError: () => {} })
  try {
    await ensureSchema(pool, [MARKS])
    let copied = 0
    for (const plugin of plugins) copied += await copyAll(pool, { from, to, plugin })
    return copied
  } finally {
    await pool.end()
  }
}

/** The same, with what the plugins remember of entities. */
export async function copyMarksAndStates(copy: MarksCopy): Promise<number> {
  const { url, from, to, plugins } = copy
  const copied = await copyMarks(copy)
  const pool = new PostgresPool({ url, connectionsMax: 1, onError: () => {} })
  try {
    if (!(await hasTable(pool, STATES))) return copied
    for (const plugin of plugins) await copyStates(pool, { from, to, plugin })
    return copied
  } finally {
    await pool.end()
  }
}

async function copyAll(
  pool: PostgresPool,
  { from, to, plugin }: { from: string; to: string; plugin: string },
): Promise<number> {
  let copied = 0
  for (let after = ''; ; ) {
    const values = [from, to, plugin, after, ROWS_MAX]
    const { rows } = await pool.query<{ last: string | null; marks: number }>({ ...COPY, values })
    const { last = null, marks = 0 } = rows[0] ?? {}
    copied += marks
    if (last === null) return copied
    after = last
  }
}
