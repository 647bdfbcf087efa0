import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import {
  openPostgresStore,
  type PostgresStoreOptions,
} from '../../src/idempotency/postgres/store.ts'
import type { IdempotencyStore } from '../../src/idempotency/store.ts'
import type { Clock } from '../../src/util/clock.ts'
import { ManualClock } from './manual-clock.ts'

export const LEASE_MS = 30_000
const TTL_MS = 60_000

/** A database schema for one test, on the shared server or another. */
export async function database(server: string = inject('databaseUrl')) {
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  const url = `${server}?options=-c%20search_path%3D${schema}`
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => {})
  await pool.query(`create schema ${schema}`)
  onTestFinished(async () => {
    await pool.query(`drop schema ${schema} cascade`).catch(() => {})
    await pool.end()
  })

  async function query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]) {
    return (await pool.query<Row>(text, values)).rows
  }

  /** Simulates time for marks and leases by making them older. */
  async function age(ms: number): Promise<void> {
    await pool.query(
      `update inventory_events_marks set lease_expires_at = lease_expires_at - $1 * interval '1 ms',
        completed_at = completed_at - $1 * interval '1 ms'`,
      [ms],
    )
    await pool.query(
      `update inventory_events_states set updated_at = updated_at - $1 * interval '1 ms'`,
      [ms],
    )
  }

  return { url, schema, query, age }
}

export type Database = Awaited<ReturnType<typeof database>>

export interface OwnStore {
  store: IdempotencyStore
  /** Drives its renewals, so that a test can withhold them. */
  clock: ManualClock
  lostCount(): number
}

/** A store with one owner. Others may use the same marks. */
export async function ownStore(
  url: string,
  options: Partial<PostgresStoreOptions> & { clock?: Clock } = {},
): Promise<OwnStore> {
  const clock = new ManualClock()
  let lost = 0
  const store = await openPostgresStore({
    url: () => url,
    groupId: 'group',
    clock,
    ttlMs: TTL_MS,
    leaseMs: LEASE_MS,
    connections: { marks: 4, transactions: 4 },
    hasStates: true,
    reports: { onLostLease: () => void lost++, onError: () => {} },
    ...options,
  })
  onTestFinished(() => store.close())
  return { store, clock, lostCount: () => lost }
}
