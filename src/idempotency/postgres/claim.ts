import type { MarkedOutcome } from '../../event/outcome.ts'
import type { StateChange } from '../staged.ts'
import type { Claim, ClaimTransaction, TransactionLimits } from '../store.ts'
import type { Lease, Leases } from './leases.ts'
import type { PostgresMarks } from './marks.ts'
import type { PostgresPool } from './pool.ts'
import type { PostgresStates } from './states/states.ts'
import { beginTransaction, type PostgresTransaction } from './transaction.ts'

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

  async release(): Promise<void> {
    this.#ports.leases.remove(this.#lease)
    if (!this.#isCompleted) await this.#ports.marks.release(this.#lease)
  }

  async begin(limits: TransactionLimits): Promise<ClaimTransaction> {
    const { handlers: pool, states, transactions } = this.#ports
    const { plugin, eventId, fence } = this.#lease
    const onLost = () => this.#ports.leases.lose(this.#lease)
    const transaction = await beginTransaction({
      ...{ pool, states, limits, onLost },
      claim: this.#values,
      held: { plugin, eventId, fence },
      topic: this.#topic,
    })
    transactions.add(transaction)
    const ended = () => void transactions.delete(transaction)
    return {
      sql: transaction.sql,
      isBroken: () => transaction.isBroken,
      interrupt: () => transaction.interrupt(),
      commit: (outcome, change) =>
        this.#completeBy(() => transaction.commit(outcome, change)).finally(ended),
      rollback: () => transaction.rollback().finally(ended),
    }
  }

  async #mark(outcome: MarkedOutcome, change: StateChange | undefined): Promise<void> {
    const { marks, states } = this.#ports
    const isMarked =
      change === undefined
        ? await marks.complete(this.#lease, outcome)
        : await states.complete({ claim: this.#lease, topic: this.#topic, outcome, change })
    if (isMarked) return
    this.#ports.leases.lose(this.#lease)
    throw new Error('the claim of this event has passed to another owner')
  }

  /** While the mark is being made, renewals ignore this claim: it is no longer leased once marked. */
  async #completeBy(step: () => Promise<void>): Promise<void> {
    this.#lease.isCompleting = true
    await step().finally(() => {
      this.#lease.isCompleting = false
    })
    this.#isCompleted = true
    this.#ports.leases.remove(this.#lease)
  }
}
