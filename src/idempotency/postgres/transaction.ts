import pg from 'pg'
import { messageOf } from '../../util/errors.ts'
import type { ClaimTransaction, TransactionLimits } from '../store.ts'
import type { PostgresPool } from './pool.ts'
import { COMPLETE, ENTER } from './statements.ts'

export interface TransactionOptions {
  pool: PostgresPool
  /** The first five values of the statements: the key, the owner, the fence. */
  claim: readonly unknown[]
  limits: TransactionLimits
  /** The claim turns out to have passed to another owner. */
  onLost(): void
}

type Rows = { rows: never[]; rowCount: number | null }

/** What a server needs beyond a statement's own limit to answer, before it counts as gone. */
const ANSWER_MS = 5_000

/** Begins a transaction for the holder of a claim. Rejects when the claim is not held any more. */
export async function beginTransaction(options: TransactionOptions): Promise<PostgresTransaction> {
  const transaction = new PostgresTransaction(options, await options.pool.connect())
  try {
    await transaction.enter()
    return transaction
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

export class PostgresTransaction {
  readonly sql = { query: this.#query.bind(this) as ClaimTransaction['sql']['query'] }
  #options: TransactionOptions
  #client: pg.PoolClient
  #isOver = false
  #isReleased = false
  #isBroken = false
  #isRunning = false
  /** The handler's statements run one after the other, whether it waits for each or not. */
  #last: Promise<unknown> = Promise.resolve()
  #firstFailure: unknown

  constructor(options: TransactionOptions, client: pg.PoolClient) {
    this.#options = options
    this.#client = client
    client.on('error', this.#onError)
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  async enter(): Promise<void> {
    const { claim, limits } = this.#options
    const values = [...claim, `${limits.statementMs}`, `${limits.idleMs}`]
    // A default of the database must not change what the marks rely on.
    await this.#run({ text: 'begin isolation level read committed read write' })
    const { rows } = await this.#run<{ is_ours: boolean }>({ ...ENTER, values })
    if (!rows[0]?.is_ours) throw this.#lost()
  }

  interrupt(): void {
    this.#isOver = true
    if (this.#isRunning) this.#release('broken')
  }

  async commit(): Promise<void> {
    this.#isOver = true
    await this.#last
    try {
      if (this.#isReleased) throw new Error('context.sql: a statement was cut off')
      this.#checkStatus()
      const { rowCount } = await this.#run({ ...COMPLETE, values: [...this.#options.claim] })
      if (rowCount !== 1) throw this.#lost()
      await this.#run({ text: 'commit' })
    } catch (error) {
      await this.rollback()
      throw isOfAborted(error) ? this.#nothingWritten() : error
    }
    this.#release()
  }

  async rollback(): Promise<void> {
    this.#isOver = true
    await this.#last
    if (this.#isReleased) return
    try {
      if (!this.#isBroken) await this.#run({ text: 'rollback' })
      this.#release(this.#isBroken ? 'broken' : undefined)
    } catch {
      // The server undoes what the end of the connection leaves open.
      this.#release('broken')
    }
  }

  #query(text: string, values: readonly unknown[] = []): Promise<Rows> {
    if (this.#isOver)
      return Promise.reject(new Error('context.sql: the call of the handler is over'))
    if (endsTransaction(text)) return Promise.reject(new Error(ENDS_TRANSACTION))
    const query = { text, values: [...values], queryMode: 'extended' }
    const result = this.#last.then(() => this.#runForHandler(query))
    this.#last = result.catch(() => {})
    return result
  }

  async #runForHandler(query: pg.QueryConfig): Promise<Rows> {
    if (this.#isReleased) throw new Error('context.sql: the call of the handler is over')
    this.#isRunning = true
    try {
      return await this.#run(query)
    } catch (error) {
      this.#firstFailure ??= error
      throw error
    } finally {
      this.#isRunning = false
    }
  }

  async #run<Row extends pg.QueryResultRow = never>(
    query: pg.QueryConfig,
  ): Promise<pg.QueryResult<Row>> {
    const query_timeout = this.#options.limits.statementMs + ANSWER_MS
    try {
      return await this.#client.query<Row>({ ...query, query_timeout } as pg.QueryConfig)
    } catch (error) {
      if (isOfConnection(error)) this.#onError()
      throw error
    }
  }

  /** A commit after a failed statement would quietly undo everything. */
  #checkStatus(): void {
    const status = this.#client.getTransactionStatus()
    if (status === 'T') return
    if (status === 'I') throw new Error(ENDS_TRANSACTION)
    throw this.#nothingWritten()
  }

  #nothingWritten(): Error {
    const failure = messageOf(this.#firstFailure)
    return new Error(`context.sql: nothing was written, because a statement failed: ${failure}`)
  }

  #lost(): Error {
    this.#options.onLost()
    return new Error('the claim of this event has passed to another owner')
  }

  #onError = (): void => {
    if (!this.#isReleased) this.#isBroken = true
  }

  #release(state?: 'broken'): void {
    if (this.#isReleased) return
    this.#isReleased = true
    this.#client.removeListener('error', this.#onError)
    this.#client.release(state === 'broken')
  }
}

const ENDS_TRANSACTION =
  'context.sql: expected a statement that leaves the transaction open: begin, commit and rollback are ' +
  'for the service'

function endsTransaction(text: string): boolean {
  const statement = text.replace(/^(\s|--[^\n]*\n|\/\*.*?\*\/)*/s, '')
  return (
    /^(begin|start|commit|end|abort|prepare\s+transaction|rollback)\b/i.test(statement) &&
    !/^rollback\s+((work|transaction)\s+)?to\b/i.test(statement)
  )
}

/**
 * The answer to a statement behind one that failed. A failure may be told before the status that
 * follows from it.
 */
function isOfAborted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '25P02'
}

/** Codes by which a server says that it goes away, is not ready, or is out of resources. */
const OF_SERVER = /^(08|53|57P|58)|^25P03$/

function isOfConnection(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return OF_SERVER.test(error.code ?? '')
  return messageOf(error) === 'Query read timeout'
}
