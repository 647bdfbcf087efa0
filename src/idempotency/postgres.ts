import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '../event/clock.ts'
import { messageOf } from '../event/errors.ts'
import { PostgresClaim } from './postgres-claim.ts'
import { type Lease, Leases } from './postgres-leases.ts'
import { PostgresPool } from './postgres-pool.ts'
import { ensureSchema } from './postgres-schema.ts'
import { CLAIM, RENEW, SWEEP } from './postgres-statements.ts'
import { startSweep } from './postgres-sweep.ts'
import type { PostgresTransaction } from './postgres-transaction.ts'
import type { ClaimResult, DeliveryKey, IdempotencyStore } from './store.ts'
import { storedId } from './stored-id.ts'

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database` */
  url: string
  groupId: string
  clock: Clock
  ttlMs: number
  /** For how long a claim outlives its owner. Renewed three times in that time. */
  leaseMs: number
  connections: ConnectionShares
  reports: PostgresStoreReports
}

/** How many connections there may be at most, by what they are for. */
export interface ConnectionShares {
  /** Claims, marks and renewals. */
  marks: number
  /** `context.sql`: one for each handler at work. */
  transactions: number
}

export interface PostgresStoreReports {
  onLostLease(): void
  /** Something in the background failed; it is tried again. */
  onError(error: string): void
}

type Found = { state: 'claimed' | 'leased' | 'completed'; fence: string; fingerprint: string }

/**
 * Marks in Postgres, shared by all replicas whatever the partition. A claim is a lease: it is renewed
 * while its owner lives, passes to who asks next when it does not, and carries a fence, by which the
 * database refuses what a former owner does late. Rejects with STORE_UNAVAILABLE or STORE_REFUSED.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<IdempotencyStore> {
  const store = new PostgresStore(options)
  try {
    await store.start()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

class PostgresStore implements IdempotencyStore {
  readonly name = 'postgres'
  readonly #options: PostgresStoreOptions
  readonly #owner = `${hostname()}/${process.pid}/${randomUUID()}`
  readonly #marks: PostgresPool
  readonly #handlers: PostgresPool
  readonly #leases: Leases
  readonly #transactions = new Set<PostgresTransaction>()
  #stopSweep = () => {}
  #ending: Promise<unknown> | undefined

  constructor(options: PostgresStoreOptions) {
    const { url, connections, reports, clock, leaseMs } = options
    const onError = (error: unknown) => reports.onError(messageOf(error))
    const onLost = () => reports.onLostLease()
    const renew = (held: readonly Lease[]) => this.#renew(held)
    this.#options = options
    this.#marks = new PostgresPool({ url, connectionsMax: connections.marks, onError })
    this.#handlers = new PostgresPool({ url, connectionsMax: connections.transactions, onError })
    this.#leases = new Leases({ clock, leaseMs, renew, onLost, onError })
  }

  async start(): Promise<void> {
    await ensureSchema(this.#marks)
    const { clock, reports } = this.#options
    const onError = (error: unknown) => reports.onError(messageOf(error))
    this.#leases.start()
    this.#stopSweep = startSweep({ clock, deleteSome: (max) => this.#deleteSome(max), onError })
  }

  async claim(key: DeliveryKey, fingerprint: string): Promise<ClaimResult> {
    const { groupId, leaseMs, ttlMs } = this.#options
    const eventId = storedId(key.eventId)
    const renewedAtMs = this.#options.clock.now()
    const values = [groupId, key.plugin, eventId, this.#owner, fingerprint, leaseMs, ttlMs]
    const [found] = (await this.#marks.query<Found>({ ...CLAIM, values })).rows
    if (found?.state === 'completed') return { type: 'completed', fingerprint: found.fingerprint }
    if (found?.state !== 'claimed') return { type: 'claimed-elsewhere' }
    return this.#claimed(key.plugin, eventId, found.fence, renewedAtMs)
  }

  /** Everything is durable as soon as it is written, and shared: there is nothing to read first. */
  async open(): Promise<void> {}
  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.#ending ??= this.#end()
    await this.#ending
  }

  #end(): Promise<unknown> {
    this.#leases.close()
    this.#stopSweep()
    for (const transaction of this.#transactions) {
      transaction.interrupt()
      void transaction.rollback()
    }
    return Promise.all([this.#marks.end(), this.#handlers.end()])
  }

  #claimed(plugin: string, eventId: string, fence: string, renewedAtMs: number): ClaimResult {
    const lost = new AbortController()
    const lease = { plugin, eventId, fence, lost, renewedAtMs, isCompleting: false }
    this.#leases.add(lease)
    const ports = {
      marks: this.#marks,
      handlers: this.#handlers,
      leases: this.#leases,
      transactions: this.#transactions,
    }
    const claim = new PostgresClaim(ports, lease, this.#options.groupId, this.#owner)
    return { type: 'claimed', claim }
  }

  async #renew(held: readonly Lease[]): Promise<Set<string>> {
    const { groupId, leaseMs } = this.#options
    const plugins = held.map(({ plugin }) => plugin)
    const eventIds = held.map(({ eventId }) => eventId)
    const fences = held.map(({ fence }) => fence)
    const values = [groupId, plugins, eventIds, this.#owner, fences, leaseMs]
    const { rows } = await this.#marks.query<{ fence: string }>({ ...RENEW, values })
    return new Set(rows.map(({ fence }) => fence))
  }

  async #deleteSome(rowsMax: number): Promise<number> {
    const values = [this.#options.groupId, this.#options.ttlMs, rowsMax]
    return (await this.#marks.query({ ...SWEEP, values })).rowCount ?? 0
  }
}
