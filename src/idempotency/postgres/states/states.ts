import type { MarkedOutcome } from '../../../event/outcome.ts'
import type { StateChange, StoredState } from '../../staged.ts'
import { StateConflict } from '../../state-conflict.ts'
import { Batcher } from '../batcher.ts'
import { formatOf } from '../format.ts'
import type { HeldClaim } from '../marks.ts'
import type { PostgresPool, Statement } from '../pool.ts'
import { COMPLETE_WITH_STATES, LOAD, SWEEP_CLEARED } from './statements.ts'
import { storedKey } from './stored-key.ts'

export interface PostgresStatesOptions {
  pool: PostgresPool
  groupId: string
  owner: string
}

export interface StatePlace {
  plugin: string
  /** The input topic. */
  topic: string
  key: Buffer
}

/** A mark that is to be made together with a state. */
export interface StateCompletion {
  claim: HeldClaim
  /** The input topic. */
  topic: string
  outcome: MarkedOutcome
  change: StateChange
}

type Completed = 'marked' | 'lost' | 'conflict'

const STATEMENTS_MAX = 2
/** Fewer than marks, because states may be large. */
const ROWS_MAX = 100

/** The rows of plugins' states. One statement loads or stores many. */
export class PostgresStates {
  readonly #options: PostgresStatesOptions
  readonly #loads: Batcher<StatePlace, StoredState | undefined>
  readonly #completions: Batcher<StateCompletion, Completed>

  constructor(options: PostgresStatesOptions) {
    this.#options = options
    const limits = { callsMax: STATEMENTS_MAX, batchMax: ROWS_MAX }
    this.#loads = new Batcher({ ...limits, batch: (places) => this.#loadAll(places) })
    this.#completions = new Batcher({ ...limits, batch: (each) => this.#completeAll(each) })
  }

  load(place: StatePlace): Promise<StoredState | undefined> {
    return this.#loads.load(place)
  }

  /**
   * Makes the mark and stores the state. Returns false if the claim is no longer held. Rejects with
   * StateConflict if the state is not the one any more that the change was made from.
   */
  async complete(completion: StateCompletion): Promise<boolean> {
    return isMarked(await this.#completions.load(completion))
  }

  /** The same, by a query of a transaction. */
  async completeIn(
    query: (statement: Statement) => Promise<{ rows: CompletedRow[] }>,
    completion: StateCompletion,
  ): Promise<boolean> {
    const { rows } = await query(this.#statement([completion]))
    return isMarked(completedOf(completion, rows))
  }

  async sweepCleared(ttlMs: number, rowsMax: number): Promise<number> {
    const values = [this.#options.groupId, ttlMs, rowsMax]
    return (await this.#options.pool.query({ ...SWEEP_CLEARED, values })).rowCount ?? 0
  }

  /** Resolves when no statement is in flight or waiting. */
  async settled(): Promise<void> {
    await Promise.all([this.#loads.settled(), this.#completions.settled()])
  }

  async #loadAll(places: readonly StatePlace[]): Promise<(StoredState | undefined)[]> {
    const { pool, groupId } = this.#options
    const plugins = places.map(({ plugin }) => plugin)
    const topics = places.map(({ topic }) => topic)
    const keys = places.map(({ key }) => storedKey(key))
    const values = [groupId, plugins, topics, keys]
    const { rows } = await pool.query<LoadedRow>({ ...LOAD, values })
    const found = new Map(rows.map(({ n, text, revision }) => [n, { text, revision }]))
    return places.map((_, index) => found.get(index + 1))
  }

  /** A statement cannot write a row twice: of several changes of one state, the others are made from an old one. */
  async #completeAll(completions: readonly StateCompletion[]): Promise<Completed[]> {
    const first = new Map<string, StateCompletion>()
    for (const each of completions) {
      const name = nameOf(each)
      if (!first.has(name)) first.set(name, each)
    }
    const { rows } = await this.#options.pool.query<CompletedRow>(
      this.#statement([...first.values()]),
    )
    return completions.map((each) =>
      first.get(nameOf(each)) === each ? completedOf(each, rows) : 'conflict',
    )
  }

  #statement(completions: readonly StateCompletion[]): Statement {
    const column = <T>(value: (of: StateCompletion) => T) => completions.map(value)
    return {
      ...COMPLETE_WITH_STATES,
      values: [
        this.#options.groupId,
        column(({ claim }) => claim.plugin),
        column(({ claim }) => claim.eventId),
        this.#options.owner,
        column(({ claim }) => claim.fence),
        column(({ outcome }) => formatOf(outcome)),
        column(({ topic }) => topic),
        column(({ change }) => storedKey(change.key)),
        column(({ change }) => change.text),
        column(({ change }) => change.basis ?? null),
      ],
    }
  }
}

interface LoadedRow {
  n: number
  text: string | null
  revision: string
}

interface CompletedRow {
  fence: string
  is_marked: boolean
}

function completedOf({ claim }: StateCompletion, rows: readonly CompletedRow[]): Completed {
  const row = rows.find(({ fence }) => fence === claim.fence)
  if (row === undefined) return 'lost'
  return row.is_marked ? 'marked' : 'conflict'
}

function isMarked(completed: Completed): boolean {
  if (completed === 'conflict') throw new StateConflict()
  return completed === 'marked'
}

function nameOf({ claim, topic, change }: StateCompletion): string {
  return `${claim.plugin}\u0000${topic}\u0000${change.key.toString('latin1')}`
}
