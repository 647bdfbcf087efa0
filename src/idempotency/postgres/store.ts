import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '../../util/clock.ts'
import { messageOf } from '../../util/errors.ts'
import { replayGroupsOf } from '../replay-groups.ts'
import type { StoredState } from '../staged.ts'
import type {
  Claim,
  ClaimResult,
  DeliveryKey,
  IdempotencyStore,
  TransactionLimits,
} from '../store.ts'
import { PostgresClaim } from './claim.ts'
import { type Lease, Leases } from './leases.ts'
import { PostgresMarks, ROWS_MAX } from './marks.ts'
import { PostgresPool } from './pool.ts'
import { ensureSchema, MARKS, STATES } from './schema.ts'
import { SWEEP } from './statements.ts'
import { PostgresStates } from './states/states.ts'
import { storedId } from './stored-id.ts'
import { startSweep } from './sweep.ts'
import type { PostgresTransaction } from './transaction.ts'

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`, asked for before each connection. */
  url(): string
  groupId: string
  clock: Clock
  ttlMs: number
  /** How long a claim stays valid without renewal. It is renewed three times in that time. */
  leaseMs: number
  connections: ConnectionShares
  /** Whether a plugin has state, so that the table of states is needed. */
  hasStates: boolean
  reports: PostgresStoreReports
}

/** Maximum number of connections by purpose. */
export interface ConnectionShares {
  /** Claims, marks and renewals. */
  marks: number
  /** `context.sql`: one per running handler. */
  transactions: number
}

export interface PostgresStoreReports {
  onLostLease(): void
  /** A background task failed; it will be retried. */
  onError(error: string): void
}

/**
 * Stores marks in Postgres, shared by all replicas for all partitions. A claim is a lease: its owner
 * renews it, and after it expires the next request gets it. Its fence lets the database reject late
 * writes of a former owner. Rejects with STORE_UNAVAILABLE or STORE_REFUSED.
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
  readonly turnsAhead = ROWS_MAX
  readonly #options: PostgresStoreOptions
  readonly #owner = `${hostname()}/${process.pid}/${randomUUID()}`
  readonly #pool: PostgresPool
  readonly #handlers: PostgresPool
  readonly #marks: PostgresMarks
  readonly #states: PostgresStates
  readonly #leases: Leases
  readonly #transactions = new Set<PostgresTransaction>()
  #stopSweep = () => {}
  #ending: Promise<unknown> | undefined

  constructor(options: PostgresStoreOptions) {
    const { url, groupId, connections, reports, clock, ttlMs, leaseMs } = options
    const onError = (error: unknown) => reports.onError(messageOf(error))
    const onLost = () => reports.onLostLease()
    const renew = (held: readonly Lease[]) => this.#marks.renew(held)
    this.#options = options
    this.#pool = new PostgresPool({ url, connectionsMax: connections.marks, onError })
    this.#handlers = new PostgresPool({ url, connectionsMax: connections.transactions, onError })
    this.#marks = new PostgresMarks({
      pool: this.#pool,
      groupId,
      owner: this.#owner,
      ttlMs,
      leaseMs,
    })
    this.#states = new PostgresStates({ pool: this.#pool, groupId, owner: this.#owner })
    this.#leases = new Leases({ clock, leaseMs, renew, onLost, onError })
  }

  async start(): Promise<void> {
    const { clock, reports, hasStates } = this.#options
    await ensureSchema(this.#pool, hasStates ? [MARKS, STATES] : [MARKS])
    const onError = (error: unknown) => reports.onError(messageOf(error))
    this.#leases.start()
    this.#stopSweep = startSweep({ clock, deleteSome: (max) => this.#deleteSome(max), onError })
  }

  async claim(
    { plugin, eventId: id, topic }: DeliveryKey,
    fingerprint: string,
  ): Promise<ClaimResult> {
    const eventId = storedId(id)
    const renewedAtMs = this.#options.clock.elapsedMs()
    const found = await this.#marks.claim({ plugin, eventId, fingerprint })
    if (found.type !== 'claimed') return found
    const lost = new AbortController()
    const { fence } = found
    const lease = { plugin, eventId, fence, lost, renewedAtMs, isCompleting: false }
    return this.#claimed(lease, topic)
  }

  stateOf(
    { topic }: { topic: string },
    plugin: string,
    key: Buffer,
  ): Promise<StoredState | undefined> {
    return this.#states.load({ plugin, topic, key })
  }

  beginAll(claims: readonly [Claim, ...Claim[]], limits: TransactionLimits) {
    return PostgresClaim.beginAll(claims as readonly [PostgresClaim, ...PostgresClaim[]], limits)
  }

  /** Nothing to load or flush: every mark is shared and durable as soon as it is written. */
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
    const settled = Promise.all([this.#marks.settled(), this.#states.settled()])
    return Promise.all([this.#pool.end(settled), this.#handlers.end()])
  }

  #claimed(lease: Lease, topic: string): ClaimResult {
    this.#leases.add(lease)
    const ports = {
      marks: this.#marks,
      states: this.#states,
      handlers: this.#handlers,
      leases: this.#leases,
      transactions: this.#transactions,
    }
    const { groupId } = this.#options
    const claim = new PostgresClaim(ports, lease, { groupId, owner: this.#owner, topic })
    return { type: 'claimed', claim }
  }

  async #deleteSome(rowsMax: number): Promise<number> {
    const { groupId, ttlMs, hasStates } = this.#options
    const values = [groupId, ttlMs, rowsMax, replayGroupsOf(groupId)]
    const { rowCount } = await this.#pool.query({ ...SWEEP, values })
    const cleared = hasStates ? await this.#states.sweepCleared(ttlMs, rowsMax) : 0
    return Math.max(rowCount ?? 0, cleared)
  }
}
