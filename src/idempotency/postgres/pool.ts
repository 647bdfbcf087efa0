import pg from 'pg'
import { InventoryEventsError, messageOf } from '../../util/errors.ts'
import { withTlsHint } from '../../util/tls-hint.ts'

export interface PostgresPoolOptions {
  url: string
  connectionsMax: number
  /** An idle connection broke; the pool makes a new one when it needs one. */
  onError(error: Error): void
}

export interface Statement {
  /** Prepared once per connection under this name. */
  name?: string
  text: string
  values?: unknown[]
}

/** What is worth waiting for connections and statements; whoever waits for us asks again anyway. */
const CONNECT_MS = 5_000
const STATEMENT_MS = 10_000
const END_MS = 5_000

/** Connections to one database, bounded in number; every wait has a limit. */
export class PostgresPool {
  #pool: pg.Pool
  #where: string

  constructor({ url, connectionsMax, onError }: PostgresPoolOptions) {
    this.#where = placeOf(url)
    this.#pool = new pg.Pool({
      connectionString: url,
      max: connectionsMax,
      application_name: 'inventory-events',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      // A server that is gone without a word does not end statements.
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

  /** A connection of one's own, to be released. Rejects with STORE_UNAVAILABLE. */
  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  /** Ends when `before` has, and every connection was given back; or at a limit. */
  async end(before: Promise<void> = Promise.resolve()): Promise<void> {
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

/** A host with several addresses fails with one error for all, which has no message. */
function reasonOf(error: unknown): string {
  const message = messageOf(error instanceof AggregateError ? error.errors[0] : error)
  return withTlsHint(message, { ca: 'sslrootcert', cert: 'sslcert, sslkey' })
}

/** `host:port/database`, without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
