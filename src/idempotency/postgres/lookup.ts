import { messageOf } from '../../util/errors.ts'
import type { DeliveryQuery, MarksLookup, StoredCompletion } from '../lookup.ts'
import { outcomeOf } from './format.ts'
import { PostgresPool } from './pool.ts'
import { FIND } from './statements.ts'
import { storedId } from './stored-id.ts'

interface Row {
  plugin: string
  event_id: string
  fingerprint: string
  state: 'leased' | 'completed'
  owner: string
  format: number
  lease_expires_at: Date | null
  completed_at: Date | null
  is_expired: boolean
}

export interface PostgresLookupOptions {
  url(): string
  groupId: string
  ttlMs: number
}

/** Queries the marks table over its own connection. */
export function lookUpInPostgres({ url, groupId, ttlMs }: PostgresLookupOptions): MarksLookup {
  const pool = new PostgresPool({ url, connectionsMax: 1, onError: () => {} })
  return {
    async find(deliveries) {
      const ids = [...new Set(deliveries.map(({ eventId }) => storedId(eventId)))]
      try {
        const { rows } = await pool.query<Row>({ ...FIND, values: [groupId, ids, ttlMs] })
        return deliveries.map((query) => completionOf(query, rows))
      } catch (error) {
        return deliveries.map(() => ({ type: 'unknown', why: messageOf(error) }))
      }
    },
    close: () => pool.end(),
  }
}

function completionOf(
  { plugin, eventId, fingerprint }: DeliveryQuery,
  rows: readonly Row[],
): StoredCompletion {
  const id = storedId(eventId)
  const row = rows.find((each) => each.plugin === plugin && each.event_id === id)
  if (row === undefined) return { type: 'none', why: 'the marks table has no row for it' }
  if (row.state === 'leased') {
    return { type: 'claimed', by: row.owner, untilMs: row.lease_expires_at?.getTime() ?? 0 }
  }
  return {
    type: 'completed',
    outcome: outcomeOf(row.format),
    atMs: row.completed_at?.getTime() ?? 0,
    content: row.fingerprint === fingerprint ? 'same' : 'other',
    expired: row.is_expired,
  }
}
