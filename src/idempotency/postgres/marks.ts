import { Batcher } from './batcher.ts'
import type { PostgresPool } from './pool.ts'
import { CLAIM, COMPLETE_MANY, RELEASE, RENEW } from './statements.ts'

export interface PostgresMarksOptions {
  pool: PostgresPool
  groupId: string
  owner: string
  ttlMs: number
  leaseMs: number
}

export interface ClaimRequest {
  plugin: string
  eventId: string
  fingerprint: string
}

/** A claim that was given: the key, and what tells it from all other claims. */
export interface HeldClaim {
  plugin: string
  eventId: string
  fence: string
}

export type FoundClaim =
  | { type: 'claimed'; fence: string }
  | { type: 'completed'; fingerprint: string }
  | { type: 'claimed-elsewhere' }

type ClaimRow = { plugin: string; eventId: string; fence: string | null; completed: string }

/** Few, so that what comes meanwhile goes together; two, as one may have to wait for a row. */
const STATEMENTS_MAX = 2
const ROWS_MAX = 500

/** One owner's rows in the table of marks: one statement claims, completes or releases many. */
export class PostgresMarks {
  #options: PostgresMarksOptions
  #claims = gather((asked: readonly ClaimRequest[]) => this.#claimAll(asked))
  #marks = gather((claims: readonly HeldClaim[]) => this.#completeAll(claims))
  #releases = gather((claims: readonly HeldClaim[]) => this.#releaseAll(claims))

  constructor(options: PostgresMarksOptions) {
    this.#options = options
  }

  claim(asked: ClaimRequest): Promise<FoundClaim> {
    return this.#claims.load(asked)
  }

  /** Whether the claim was still ours, and so the mark is made. */
  complete(claim: HeldClaim): Promise<boolean> {
    return this.#marks.load(claim)
  }

  release(claim: HeldClaim): Promise<void> {
    return this.#releases.load(claim)
  }

  /** Prolongs the leases, and answers the fences of those that are still ours. */
  renew(claims: readonly HeldClaim[]): Promise<Set<string>> {
    return this.#change(RENEW, claims, [this.#options.leaseMs])
  }

  /** Resolves when no statement is out or waits to be sent. */
  async settled(): Promise<void> {
    await Promise.all([this.#claims.settled(), this.#marks.settled(), this.#releases.settled()])
  }

  /** Of those that ask for one key at once, one can have it. */
  async #claimAll(asked: readonly ClaimRequest[]): Promise<FoundClaim[]> {
    const byKey = new Map(asked.map((each) => [keyOf(each), each]))
    const found = await this.#claimEach([...byKey.values()])
    return asked.map((each) => {
      const key = keyOf(each)
      return answerOf(found.get(key), byKey.get(key) === each)
    })
  }

  /** Of different keys: a statement can't write a row twice. */
  async #claimEach(asked: readonly ClaimRequest[]): Promise<Map<string, ClaimRow>> {
    const { pool, groupId, owner, leaseMs, ttlMs } = this.#options
    const fingerprints = asked.map(({ fingerprint }) => fingerprint)
    const values = [groupId, ...columnsOf(asked), owner, fingerprints, leaseMs, ttlMs]
    const { rows } = await pool.query<ClaimRow>({ ...CLAIM, values })
    return new Map(rows.map((row) => [keyOf(row), row]))
  }

  async #completeAll(claims: readonly HeldClaim[]): Promise<boolean[]> {
    const ours = await this.#change(COMPLETE_MANY, claims)
    return claims.map(({ fence }) => ours.has(fence))
  }

  async #releaseAll(claims: readonly HeldClaim[]): Promise<undefined[]> {
    await this.#change(RELEASE, claims)
    return claims.map(() => undefined)
  }

  async #change(
    statement: { text: string },
    claims: readonly HeldClaim[],
    more: readonly unknown[] = [],
  ): Promise<Set<string>> {
    const { pool, groupId, owner } = this.#options
    const fences = claims.map(({ fence }) => fence)
    const values = [groupId, ...columnsOf(claims), owner, fences, ...more]
    const { rows } = await pool.query<{ fence: string }>({ ...statement, values })
    return new Set(rows.map(({ fence }) => fence))
  }
}

function gather<Asked, Answer>(together: (asked: readonly Asked[]) => Promise<readonly Answer[]>) {
  return new Batcher({ batch: together, callsMax: STATEMENTS_MAX, batchMax: ROWS_MAX })
}

type Key = { plugin: string; eventId: string }

/** As Postgres has it: it holds no NUL, and gives half of a surrogate pair back as U+FFFD. */
function keyOf({ plugin, eventId }: Key): string {
  return `${plugin}\u0000${eventId}`.toWellFormed()
}

function columnsOf(keys: readonly Key[]): string[][] {
  return [keys.map(({ plugin }) => plugin), keys.map(({ eventId }) => eventId)]
}

function answerOf(row: ClaimRow | undefined, isTheOne: boolean): FoundClaim {
  if (row === undefined) return { type: 'claimed-elsewhere' }
  if (row.fence === null) return { type: 'completed', fingerprint: row.completed }
  return isTheOne ? { type: 'claimed', fence: row.fence } : { type: 'claimed-elsewhere' }
}
