import type { MarkedOutcome } from '../../event/outcome.ts'
import { getOrInsert } from '../../util/get-or-insert.ts'
import { Batcher } from './batcher.ts'
import { formatOf } from './format.ts'
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

/** A claim that was granted: its key, and the fence that distinguishes it from all other claims. */
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

/** Few, so that requests are batched in the meantime; two, because one may wait for a row lock. */
const STATEMENTS_MAX = 2
/** Rows of a statement. */
export const ROWS_MAX = 500

/** One owner's rows in the marks table. One statement claims, completes or releases many rows. */
export class PostgresMarks {
  #options: PostgresMarksOptions
  #claims = batcher((requests: readonly ClaimRequest[]) => this.#claimAll(requests))
  /** By format, which is the same for all rows of a statement. Almost all marks have the same. */
  #marks = new Map<number, Batcher<HeldClaim, boolean>>()
  #releases = batcher((claims: readonly HeldClaim[]) => this.#releaseAll(claims))

  constructor(options: PostgresMarksOptions) {
    this.#options = options
  }

  claim(request: ClaimRequest): Promise<FoundClaim> {
    return this.#claims.load(request)
  }

  /** Makes the mark. Returns false if the claim is no longer held. */
  complete(claim: HeldClaim, outcome: MarkedOutcome): Promise<boolean> {
    const format = formatOf(outcome)
    const marks = getOrInsert(this.#marks, format, () =>
      batcher((claims: readonly HeldClaim[]) => this.#completeAll(claims, format)),
    )
    return marks.load(claim)
  }

  release(claim: HeldClaim): Promise<void> {
    return this.#releases.load(claim)
  }

  /** Renews the leases. Returns the fences of those that are still held. */
  renew(claims: readonly HeldClaim[]): Promise<Set<string>> {
    return this.#change(RENEW, claims, [this.#options.leaseMs])
  }

  /** Resolves when no statement is in flight or waiting. */
  async settled(): Promise<void> {
    const all = [this.#claims, ...this.#marks.values(), this.#releases]
    await Promise.all(all.map((each) => each.settled()))
  }

  /** If several requests have the same key, only one of them can get the claim. */
  async #claimAll(requests: readonly ClaimRequest[]): Promise<FoundClaim[]> {
    const byKey = new Map(requests.map((each) => [keyOf(each), each]))
    const found = await this.#claimEach([...byKey.values()])
    return requests.map((each) => {
      const key = keyOf(each)
      return resultOf(found.get(key), byKey.get(key) === each)
    })
  }

  /** The keys must differ, because a statement cannot write a row twice. */
  async #claimEach(requests: readonly ClaimRequest[]): Promise<Map<string, ClaimRow>> {
    const { pool, groupId, owner, leaseMs, ttlMs } = this.#options
    const fingerprints = requests.map(({ fingerprint }) => fingerprint)
    const values = [groupId, ...columnsOf(requests), owner, fingerprints, leaseMs, ttlMs]
    const { rows } = await pool.query<ClaimRow>({ ...CLAIM, values })
    return new Map(rows.map((row) => [keyOf(row), row]))
  }

  async #completeAll(claims: readonly HeldClaim[], format: number): Promise<boolean[]> {
    const completed = await this.#change(COMPLETE_MANY, claims, [format])
    return claims.map(({ fence }) => completed.has(fence))
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

function batcher<Request, Result>(
  batch: (requests: readonly Request[]) => Promise<readonly Result[]>,
) {
  return new Batcher({ batch, callsMax: STATEMENTS_MAX, batchMax: ROWS_MAX })
}

type Key = { plugin: string; eventId: string }

/** Matches what Postgres returns: it stores no NUL and replaces lone surrogates by U+FFFD. */
function keyOf({ plugin, eventId }: Key): string {
  return `${plugin}\u0000${eventId}`.toWellFormed()
}

function columnsOf(keys: readonly Key[]): string[][] {
  return [keys.map(({ plugin }) => plugin), keys.map(({ eventId }) => eventId)]
}

function resultOf(row: ClaimRow | undefined, isSent: boolean): FoundClaim {
  if (row === undefined) return { type: 'claimed-elsewhere' }
  if (row.fence === null) return { type: 'completed', fingerprint: row.completed }
  return isSent ? { type: 'claimed', fence: row.fence } : { type: 'claimed-elsewhere' }
}
