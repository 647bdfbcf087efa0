import type { MarkedOutcome } from '../../event/outcome.ts'
import type { StateChange } from '../staged.ts'
import { StateConflict } from '../state-conflict.ts'
import type { BatchTransaction, Claim, ClaimTransaction, TransactionLimits } from '../store.ts'
import { completeInTransaction } from './complete-in-transaction.ts'
import type { Lease, Leases } from './leases.ts'
import type { PostgresMarks } from './marks.ts'
import type { PostgresPool } from './pool.ts'
import type { PostgresStates } from './states/states.ts'
import { beginTransaction, type PostgresTransaction, type RunQuery } from './transaction.ts'

export interface ClaimPorts {
  marks: PostgresMarks
  states: PostgresStates
  handlers: PostgresPool
  leases: Leases
  /** Open transactions. */
  transactions: Set<PostgresTransaction>
}

/** A claim with a lease. Its writes name owner and fence, so the database rejects a former owner's. */
export class PostgresClaim implements Claim {
  readonly lost: AbortSignal
  #ports: ClaimPorts
  #lease: Lease
  /** The input topic. */
  #topic: string
  /** The first five statement values of a transaction: key (3), owner, fence. */
  #values: readonly unknown[]
  #isCompleted = false

  constructor(
    ports: ClaimPorts,
    lease: Lease,
    of: { groupId: string; owner: string; topic: string },
  ) {
    this.lost = lease.lost.signal
    this.#ports = ports
    this.#lease = lease
    this.#topic = of.topic
    this.#values = [of.groupId, lease.plugin, lease.eventId, of.owner, lease.fence]
  }

  async complete(outcome: MarkedOutcome, change?: StateChange): Promise<void> {
    if (!this.#isCompleted) await this.#completeBy(() => this.#mark(outcome, change))
  }

  async confirm(change: StateChange | undefined): Promise<void> {
    const { marks, states } = this.#ports
    const { plugin, fence } = this.#lease
    const held = await marks.renew([this.#lease])
    if (!held.has(fence)) {
      this.#lose()
      throw new Error(LOST)
    }
    if (change === undefined) return
    const stored = await states.load({ plugin, topic: this.#topic, key: change.key })
    if (stored?.revision !== change.basis) throw new StateConflict()
  }

  async release(): Promise<void> {
    this.#ports.leases.remove(this.#lease)
    if (!this.#isCompleted) await this.#ports.marks.release(this.#lease)
  }

  async begin(limits: TransactionLimits): Promise<ClaimTransaction> {
    const { transaction, ended, ...handle } = await this.#open(limits)
    return {
      ...handle,
      commit: (outcome, change) =>
        this.#completeBy(() => transaction.commit(outcome, change)).finally(ended),
    }
  }

  /** One transaction for the marks of several claims of this process. */
  static async beginAll(
    claims: readonly [PostgresClaim, ...PostgresClaim[]],
    limits: TransactionLimits,
  ): Promise<BatchTransaction> {
    const [first] = claims
    const { transaction, ended, ...handle } = await first.#open(limits)
    const commit = (outcomes: readonly MarkedOutcome[]) =>
      transaction.commitBy((run) => first.#markAll(run, claims, outcomes))
    return {
      ...handle,
      commit: (outcomes) =>
        PostgresClaim.#completeAllBy(claims, () => commit(outcomes)).finally(ended),
    }
  }

  async #open(limits: TransactionLimits) {
    const { handlers: pool, states, transactions } = this.#ports
    const { plugin, eventId, fence } = this.#lease
    const onLost = () => this.#lose()
    const transaction = await beginTransaction({
      ...{ pool, states, limits, onLost },
      claim: this.#values,
      held: { plugin, eventId, fence },
      topic: this.#topic,
    })
    transactions.add(transaction)
    const ended = () => void transactions.delete(transaction)
    return {
      transaction,
      ended,
      sql: transaction.sql,
      isBroken: () => transaction.isBroken,
      interrupt: () => transaction.interrupt(),
      rollback: () => transaction.rollback().finally(ended),
    }
  }

  async #markAll(
    run: RunQuery,
    claims: readonly PostgresClaim[],
    outcomes: readonly MarkedOutcome[],
  ): Promise<void> {
    const completions = claims.map((claim, n) => ({
      lease: claim.#lease,
      outcome: outcomes[n] as MarkedOutcome,
    }))
    const [groupId, , , owner] = this.#values
    const lost = await completeInTransaction(run, [groupId, owner], completions)
    for (const lease of lost) this.#ports.leases.lose(lease)
    if (lost.length > 0) throw new Error(LOST)
  }

  async #mark(outcome: MarkedOutcome, change: StateChange | undefined): Promise<void> {
    const { marks, states } = this.#ports
    const isMarked =
      change === undefined
        ? await marks.complete(this.#lease, outcome)
        : await states.complete({ claim: this.#lease, topic: this.#topic, outcome, change })
    if (isMarked) return
    this.#lose()
    throw new Error(LOST)
  }

  #lose(): void {
    this.#ports.leases.lose(this.#lease)
  }

  #completeBy(step: () => Promise<void>): Promise<void> {
    return PostgresClaim.#completeAllBy([this], step)
  }

  /** While marks are being made, renewals ignore these claims: they are no longer leased once marked. */
  static async #completeAllBy(
    claims: readonly PostgresClaim[],
    step: () => Promise<void>,
  ): Promise<void> {
    for (const claim of claims) claim.#lease.isCompleting = true
    await step().finally(() => {
      for (const claim of claims) claim.#lease.isCompleting = false
    })
    for (const claim of claims) {
      claim.#isCompleted = true
      claim.#ports.leases.remove(claim.#lease)
    }
  }
}

const LOST = 'the claim of this event has passed to another owner'
