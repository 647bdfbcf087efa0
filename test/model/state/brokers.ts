/** What a replica writes in one transaction, beside the offset. */
export type Body =
  | { type: 'state'; key: string; value: number }
  | { type: 'mark'; id: string }
  | { type: 'follow-up'; id: string }

interface LogRecord {
  offset: number
  replica: string
  body: Body
  status: 'open' | 'committed' | 'aborted'
}

interface Transaction {
  epoch: number
  sequence: number
  phase: 'empty' | 'ongoing' | 'commit-decided' | 'abort-decided'
  /** Where markers are still to be written. Each is written by itself, at any time. */
  unmarked: Set<'log' | 'offsets'>
}

export type Answer<T = object> = ({ ok: true } & T) | { ok: false; error: BrokerFailure }
export type BrokerFailure = 'fenced' | 'busy' | 'illegal-generation' | 'unstable' | 'out-of-order'

/** Guards of Kafka's that the replica's requests ask for; a test removes one at a time. */
export interface BrokerGuards {
  /** TxnOffsetCommit names the generation (version 3). */
  checksGeneration: boolean
  /** OffsetFetch requires stable offsets (version 7). */
  requiresStable: boolean
}

/**
 * The brokers as far as transactions see them: one log, the committed offset of one partition, the
 * group's owner of it, and the coordinator's record of each replica's transaction.
 */
export class Brokers {
  readonly #guards: BrokerGuards
  /** How often the committed offset went back. */
  rewinds = 0
  #log: LogRecord[] = []
  #end = 0
  #committed = 0
  readonly #pending = new Map<string, number>()
  readonly #transactions = new Map<string, Transaction>()
  #generation = 0
  #owners: string[] = ['']

  constructor(guards: BrokerGuards) {
    this.#guards = guards
  }

  /** The owner of each generation; a member that joins learns them. */
  get owners(): readonly string[] {
    return this.#owners
  }

  get generation(): number {
    return this.#generation
  }

  rebalance(owner: string): void {
    this.#generation += 1
    this.#owners.push(owner)
  }

  init(replica: string): Answer<{ epoch: number }> {
    const known = this.#transactions.get(replica)
    if (known === undefined) {
      this.#transactions.set(replica, {
        epoch: 0,
        sequence: 0,
        phase: 'empty',
        unmarked: new Set(),
      })
      return { ok: true, epoch: 0 }
    }
    if (known.phase === 'ongoing') {
      this.#decide(known, 'abort-decided')
      known.epoch += 1
      known.sequence = 0
      return { ok: false, error: 'busy' }
    }
    if (known.phase !== 'empty') return { ok: false, error: 'busy' }
    known.epoch += 1
    known.sequence = 0
    return { ok: true, epoch: known.epoch }
  }

  /** Adds the partition to the transaction and writes to it. */
  produce(replica: string, epoch: number, sequence: number, bodies: readonly Body[]): Answer {
    const transaction = this.#transactions.get(replica)!
    if (transaction.epoch !== epoch) return { ok: false, error: 'fenced' }
    if (sequence < transaction.sequence) return { ok: true }
    if (sequence > transaction.sequence) return { ok: false, error: 'out-of-order' }
    if (!this.#begin(transaction, 'log')) return { ok: false, error: 'busy' }
    transaction.sequence += bodies.length
    for (const body of bodies) {
      this.#log.push({ offset: this.#end++, replica, body, status: 'open' })
    }
    return { ok: true }
  }

  commitOffset(replica: string, epoch: number, generation: number, offset: number): Answer {
    const transaction = this.#transactions.get(replica)!
    if (transaction.epoch !== epoch) return { ok: false, error: 'fenced' }
    if (this.#guards.checksGeneration && generation !== this.#generation) {
      return { ok: false, error: 'illegal-generation' }
    }
    if (!this.#begin(transaction, 'offsets')) return { ok: false, error: 'busy' }
    this.#pending.set(replica, offset)
    return { ok: true }
  }

  /** Decides the transaction. The decision is final when this returns, its markers come later. */
  end(replica: string, epoch: number, commits: boolean): Answer {
    const transaction = this.#transactions.get(replica)!
    if (transaction.epoch !== epoch) return { ok: false, error: 'fenced' }
    const decision = commits ? 'commit-decided' : 'abort-decided'
    if (transaction.phase === 'ongoing') this.#decide(transaction, decision)
    return { ok: true }
  }

  /** The coordinator aborts a transaction that takes too long. */
  timeOut(replica: string): void {
    const transaction = this.#transactions.get(replica)
    if (transaction?.phase !== 'ongoing') return
    transaction.epoch += 1
    transaction.sequence = 0
    this.#decide(transaction, 'abort-decided')
  }

  writeMarker(replica: string, where: 'log' | 'offsets'): void {
    const transaction = this.#transactions.get(replica)
    if (transaction === undefined || !transaction.phase.endsWith('decided')) return
    if (!transaction.unmarked.delete(where)) return
    const status = transaction.phase === 'commit-decided' ? 'committed' : 'aborted'
    if (where === 'log') this.#mark(replica, status)
    else this.#settleOffset(replica, status)
    if (transaction.unmarked.size === 0) transaction.phase = 'empty'
  }

  fetchOffset(): Answer<{ offset: number }> {
    if (this.#guards.requiresStable && this.#pending.size > 0) {
      return { ok: false, error: 'unstable' }
    }
    return { ok: true, offset: this.#committed }
  }

  get committedOffset(): number {
    return this.#committed
  }

  endOffset(): number {
    return this.#end
  }

  /** What readers of committed records get, and where it ends: before the first open transaction. */
  readCommitted(): { bodies: Body[]; end: number } {
    const open = this.#log.find(({ status }) => status === 'open')
    const end = open?.offset ?? this.#end
    const read = this.#log.filter(({ offset, status }) => offset < end && status === 'committed')
    return { bodies: read.map(({ body }) => body), end }
  }

  /** Keeps the last committed state of each key. Kafka compacts up to the first open transaction. */
  compact(): void {
    const { end } = this.readCommitted()
    const last = new Map<string, number>()
    for (const { offset, body, status } of this.#log) {
      if (offset < end && status === 'committed' && body.type === 'state')
        last.set(body.key, offset)
    }
    this.#log = this.#log.filter(({ offset, body, status }) => {
      if (offset >= end) return true
      if (status === 'aborted') return false
      return body.type !== 'state' || last.get(body.key) === offset
    })
  }

  #begin(transaction: Transaction, where: 'log' | 'offsets'): boolean {
    if (transaction.phase.endsWith('decided')) return false
    transaction.phase = 'ongoing'
    transaction.unmarked.add(where)
    return true
  }

  #decide(transaction: Transaction, phase: 'commit-decided' | 'abort-decided'): void {
    transaction.phase = transaction.unmarked.size === 0 ? 'empty' : phase
  }

  #mark(replica: string, status: 'committed' | 'aborted'): void {
    for (const record of this.#log) {
      if (record.replica === replica && record.status === 'open') record.status = status
    }
  }

  #settleOffset(replica: string, status: 'committed' | 'aborted'): void {
    const offset = this.#pending.get(replica)
    this.#pending.delete(replica)
    if (offset === undefined || status === 'aborted') return
    if (offset < this.#committed) this.rewinds += 1
    this.#committed = offset
  }
}
