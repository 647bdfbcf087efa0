import type { Clock } from '../../util/clock.ts'
import { kafkaError } from '../client/errors.ts'
import type { TransactionOutcome } from '../consumer/commit-staged.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'
import { Coordinator } from '../member/coordinator.ts'
import type { MemberIdentity } from '../member/member-options.ts'
import type { Cluster } from '../protocol/cluster.ts'
import { initProducerIdRequest } from '../protocol/requests/init-producer-id.ts'
import type { OffsetToCommit } from '../protocol/requests/offset-commit.ts'
import {
  addOffsetsToTxnRequest,
  addPartitionsToTxnRequest,
  endTxnRequest,
  txnOffsetCommitRequest,
} from '../protocol/requests/transaction.ts'
import { TopicsRefused } from '../protocol/topics-refused.ts'
import { byTopic } from '../wire/by-topic.ts'
import { askerOf } from './ask-coordinator.ts'
import {
  type PartitionRecords,
  type TransactionWriter,
  writeInTransaction,
} from './write-in-transaction.ts'

export interface TransactionsOptions {
  cluster: Cluster
  clock: Pick<Clock, 'elapsedMs' | 'sleep'>
  /** Of this process: another one with the same id fences it. */
  transactionalId: string
  groupId: string
  /** Of batches in one request to a broker. */
  maxRequestBytes: number
  /** After which the coordinator aborts a transaction, and nothing more is tried here. */
  timeoutMs: number
}

export interface TransactionContent {
  writes: readonly PartitionRecords[]
  /** Whose offsets they are. */
  member: MemberIdentity
  offsets: readonly (TopicPartition & OffsetToCommit)[]
}

const ABORT_LIMIT_MS = 5_000

/**
 * Commits records and the group's offsets together, one transaction at a time. Others read the records
 * and the offsets when all of them are there, and only if the member's generation was still that of its
 * group when the offsets were added.
 *
 * A producer's epoch is renewed after everything that did not go as it should: what may still be on its
 * way is refused then, and a transaction that is open is aborted. test/model/state shows that it must be.
 */
export class Transactions {
  readonly #options: TransactionsOptions
  readonly #coordinator: Coordinator
  readonly #group: Coordinator
  #writer: TransactionWriter | undefined

  constructor(options: TransactionsOptions) {
    const { cluster, transactionalId, groupId } = options
    this.#options = options
    this.#coordinator = new Coordinator(cluster, { type: 'transaction', key: transactionalId })
    this.#group = new Coordinator(cluster, { type: 'group', key: groupId })
  }

  /**
   * Gets a producer id before the first commit. Rejects with KAFKA_REFUSED if the user may not have one. With
   * anything else that fails, the first commit tries again.
   */
  async prepare(): Promise<void> {
    const { clock, timeoutMs, transactionalId, groupId } = this.#options
    const right = `Write on transactional ids that begin with ${groupId}-`
    try {
      this.#writer = await this.#renew(clock.elapsedMs() + timeoutMs)
    } catch (error) {
      const doing = `write with the transactional id ${transactionalId} (plugins with state need ${right})`
      const failure = kafkaError(error, doing)
      if (failure.code === 'KAFKA_REFUSED') throw failure
    }
  }

  commit({ writes, member, offsets }: TransactionContent): Promise<TransactionOutcome> {
    return this.#run(async (writer, deadlineMs) => {
      await this.#write(writes, writer, deadlineMs)
      await this.#addOffsets({ member, offsets }, writer, deadlineMs)
    })
  }

  /** Commits what `fill` writes, without offsets. Nothing of it is committed if `fill` rejects. */
  commitWrites(
    fill: (write: (records: readonly PartitionRecords[]) => Promise<void>) => Promise<void>,
  ): Promise<TransactionOutcome> {
    return this.#run((writer, deadlineMs) =>
      fill((records) => this.#write(records, writer, deadlineMs)),
    )
  }

  async #run(
    fill: (writer: TransactionWriter, deadlineMs: number) => Promise<void>,
  ): Promise<TransactionOutcome> {
    const deadlineMs = this.#options.clock.elapsedMs() + this.#options.timeoutMs
    try {
      this.#writer ??= await this.#renew(deadlineMs)
      const writer = this.#writer
      await fill(writer, deadlineMs)
      const outcome = await this.#end(writer, deadlineMs)
      if (writer.isUnsure) this.#writer = undefined
      return outcome
    } catch (error) {
      await this.#abort()
      return { type: 'aborted', error: error as Error }
    }
  }

  async #write(
    writes: readonly PartitionRecords[],
    writer: TransactionWriter,
    deadlineMs: number,
  ): Promise<void> {
    if (writes.length === 0) return
    const { cluster, clock, maxRequestBytes } = this.#options
    const topics = byTopic(writes).map(({ topic, partitions }) => {
      return { topic, partitions: [...new Set(partitions.map(({ partition }) => partition))] }
    })
    const ask = this.#askerOf(writer, deadlineMs)
    const body = { ...identityOf(writer), topics }
    await ask(this.#coordinator, addPartitionsToTxnRequest, body, refusalOf)
    await writeInTransaction(writes, writer, { cluster, clock, maxRequestBytes }, deadlineMs)
  }

  async #addOffsets(
    { member, offsets }: Pick<TransactionContent, 'member' | 'offsets'>,
    writer: TransactionWriter,
    deadlineMs: number,
  ): Promise<void> {
    const { groupId } = this.#options
    const producer = identityOf(writer)
    const ask = this.#askerOf(writer, deadlineMs)
    await ask(this.#coordinator, addOffsetsToTxnRequest, { ...producer, groupId })
    const topics = byTopic(offsets)
    await ask(this.#group, txnOffsetCommitRequest, { ...producer, ...member, topics })
  }

  /** Asks until it gets a response: until then it is not known how the transaction ended. */
  async #end(writer: TransactionWriter, deadlineMs: number): Promise<TransactionOutcome> {
    const ask = this.#askerOf(writer, deadlineMs)
    try {
      const body = { ...identityOf(writer), commits: true }
      await ask(this.#coordinator, endTxnRequest, body)
      return { type: 'committed' }
    } catch (error) {
      writer.isUnsure = true
      return { type: 'unknown', error: error as Error }
    }
  }

  /** By a new epoch, at once: an open transaction holds up those who read committed records. */
  async #abort(): Promise<void> {
    const { clock } = this.#options
    this.#writer = undefined
    this.#writer = await this.#renew(clock.elapsedMs() + ABORT_LIMIT_MS).catch(() => undefined)
  }

  async #renew(deadlineMs: number): Promise<TransactionWriter> {
    const { transactionalId, timeoutMs } = this.#options
    const writer = { transactionalId, sequences: new Map(), isUnsure: false }
    const ask = this.#askerOf(writer, deadlineMs)
    const { producerId, epoch } = await ask(this.#coordinator, initProducerIdRequest, {
      transactionalId,
      timeoutMs,
    })
    return { ...writer, producerId, epoch, isUnsure: false }
  }

  #askerOf(writer: { isUnsure: boolean }, deadlineMs: number) {
    const { clock } = this.#options
    const onUnsure = () => {
      writer.isUnsure = true
    }
    return askerOf({ clock, deadlineMs, onUnsure })
  }
}

function refusalOf(error: Error, topic: string | undefined): Error {
  return topic === undefined ? error : new TopicsRefused([topic], error)
}

function identityOf({ transactionalId, producerId, epoch }: TransactionWriter) {
  return { transactionalId, producerId, epoch }
}
