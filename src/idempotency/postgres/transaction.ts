import pg from 'pg'
import type { MarkedOutcome } from '../../event/outcome.ts'
import { messageOf } from '../../util/errors.ts'
import type { StateChange } from '../staged.ts'
import type { ClaimTransaction, TransactionLimits } from '../store.ts'
import { formatOf } from './format.ts'
import type { HeldClaim } from './marks.ts'
import type { PostgresPool } from './pool.ts'
import { COMPLETE, ENTER } from './statements.ts'
import type { PostgresStates } from './states/states.ts'

export interface TransactionOptions {
  pool: PostgresPool
  /** The first five statement values: key (3), owner, fence. */
  claim: readonly unknown[]
  held: HeldClaim
  /** The input topic, which states are kept by. */
  topic: string
  states: PostgresStates
  limits: TransactionLimits
  /** The claim has passed to another owner. */
  onLost(): void
}

export type RunQuery = <Row extends pg.QueryResultRow = never>(
  query: pg.QueryConfig,
) => Promise<pg.QueryResult<Row>>

type Rows = { rows: never[]; rowCount: number | null }

/** How long the server may take beyond a statement's limit before the connection counts as broken. */
const ANSWER_MS = 5_000

/** Begins a transaction for the holder of a claim. Rejects if the claim is no longer held. */
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
  /** The handler's statements run one at a time, even if it does not await each of them. */
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
    // Explicit, because the marks must not depend on the database's defaults.
    await this.#run({ text: 'begin isolation level read committed read write' })
    const { rows } = await this.#run<{ is_ours: boolean }>({ ...ENTER, values })
    if (!rows[0]?.is_ours) throw this.#lost()
  }

  interrupt(): void {
    this.#isOver = true
    if (this.#isRunning) this.#release('broken')
  }

  commit(outcome: MarkedOutcome, change?: StateChange): Promise<void> {
    return this.commitBy(async () => {
      if (!(await this.#mark(outcome, change))) throw this.#lost()
    })
  }

  /** Commits what the handler wrote and what `makeMarks` writes, or nothing. */
  async commitBy(makeMarks: (run: RunQuery) => Promise<void>): Promise<void> {
    this.#isOver = true
    await this.#last
    try {
      if (this.#isReleased) throw new Error('context.sql: a statement was interrupted')
      this.#checkStatus()
      await makeMarks((query) => this.#run(query))
      await this.#run({ text: 'commit' })
    } catch (error) {
      await this.rollback()
      throw isFollowUp(error) ? this.#nothingWritten() : error
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
      // Closing the connection makes the server roll back.
      this.#release('broken')
    }
  }

  /** Returns false if the claim is no longer held. */
  async #mark(outcome: MarkedOutcome, change: StateChange | undefined): Promise<boolean> {
    const { states, held: claim, topic } = this.#options
    if (change !== undefined) {
      return states.completeIn((each) => this.#run(each), { claim, topic, outcome, change })
    }
    const values = [...this.#options.claim, formatOf(outcome)]
    return (await this.#run({ ...COMPLETE, values })).rowCount === 1
  }

  #query(text: string, values: readonly unknown[] = []): Promise<Rows> {
    if (this.#isOver) return Promise.reject(new Error(HANDLER_ENDED))
    if (endsTransaction(text)) return Promise.reject(new Error(ENDS_TRANSACTION))
    const query = { text, values: [...values], queryMode: 'extended' }
    const result = this.#last.then(() => this.#runForHandler(query))
    this.#last = result.catch(() => {})
    return result
  }

  async #runForHandler(query: pg.QueryConfig): Promise<Rows> {
    if (this.#isReleased) throw new Error(HANDLER_ENDED)
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
      if (isConnectionError(error)) this.#onError()
      throw error
    }
  }

  /** A commit after a failed statement would silently roll back everything. */
  #checkStatus(): void {
    const status = this.#client.getTransactionStatus()
    if (status === 'T') return
    if (status === 'I') throw new Error(ENDS_TRANSACTION)
    throw this.#nothingWritten()
  }

  #nothingWritten(): Error {
    const failure = messageOf(this.#firstFailure)
    const message = `context.sql: nothing was written, because a statement failed: ${failure}`
    return new Error(message, { cause: this.#firstFailure })
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

const HANDLER_ENDED = "context.sql: the handler's call has ended"
const ENDS_TRANSACTION =
  'context.sql: expected a statement that leaves the transaction open: only the service may begin, ' +
  'commit or roll back'

function endsTransaction(text: string): boolean {
  const statement = text.replace(/^(\s|--[^\n]*\n|\/\*.*?\*\/)*/s, '')
  return (
    /^(begin|start|commit|end|abort|prepare\s+transaction|rollback)\b/i.test(statement) &&
    !/^rollback\s+((work|transaction)\s+)?to\b/i.test(statement)
  )
}

/**
 * Whether this is the error of a statement after one that failed (SQLSTATE 25P02). The first failure
 * may arrive before the client sees the changed transaction status.
 */
function isFollowUp(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '25P02'
}

/** SQLSTATEs of a server that is shutting down, not ready, or out of resources. */
const SERVER_CODES = /^(08|53|57P|58)|^25P03$/

function isConnectionError(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return SERVER_CODES.test(error.code ?? '')
  return messageOf(error) === 'Query read timeout'
}
