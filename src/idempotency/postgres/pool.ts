import pg from 'pg'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'
import { clientWithCurrentUrl } from './client-with-current-url.ts'

export interface PostgresPoolOptions {
  /** Called for each new connection, because passwords are rotated. */
  url(): string
  connectionsMax: number
  /** An idle connection broke. The pool opens a new one when needed. */
  onError(error: Error): void
}

export interface Statement {
  /** Prepared once per connection under this name. */
  name?: string
  text: string
  values?: unknown[]
}

/** Runs statements: a pool, or a connection that a transaction has. */
export interface Queries {
  query<Row extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<Row>>
}

/** Time limits for connections and statements. They may be short, because callers retry. */
const CONNECT_MS = 5_000
const STATEMENT_MS = 10_000
const END_MS = 5_000

/** A bounded pool of connections to one database. Every wait has a time limit. */
export class PostgresPool implements Queries {
  #pool: pg.Pool
  #where: string

  constructor({ url, connectionsMax, onError }: PostgresPoolOptions) {
    this.#where = hostAndDatabase(url())
    this.#pool = new pg.Pool({
      Client: clientWithCurrentUrl(url),
      max: connectionsMax,
      application_name: 'inventory-events',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      // Client-side limit: a server that has vanished cannot enforce its own.
      query_timeout: STATEMENT_MS + CONNECT_MS,
    })
    this.#pool.on('error', onError)
  }

  /** Rejects with STORE_UNAVAILABLE, whatever the reason. */
  async query<Row extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<Row>> {
    try {
      return await this.#pool.query<Row>(statement)
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  /** Checks out a connection; the caller must release it. Rejects with STORE_UNAVAILABLE. */
  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  /** Ends the pool after `before` resolves and all connections are released, or after END_MS. */
  async end(before: Promise<unknown> = Promise.resolve()): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_MS)
    })
    const ended = before.then(() => this.#pool.end())
    await Promise.race([ended, limit]).finally(() => clearTimeout(timer))
  }

  #unavailable(error: unknown): InventoryEventsError {
    const message = `Postgres at ${this.#where}: ${reasonOf(error)}`
    return new InventoryEventsError('STORE_UNAVAILABLE', message, { retryable: true, cause: error })
  }
}

/** A host with several addresses fails with an AggregateError, which has no message of its own. */
function reasonOf(error: unknown): string {
  const message = messageOf(error instanceof AggregateError ? error.errors[0] : error)
  return withTlsHint(message, { ca: 'sslrootcert', cert: 'sslcert, sslkey' })
}

/** `host:port/database`, without user and password. */
function hostAndDatabase(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
