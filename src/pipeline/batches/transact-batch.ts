import type { FollowUpSink } from '../../follow-up/follow-up.ts'
import type {
  BatchTransaction,
  Claim,
  IdempotencyStore,
  TransactionLimits,
} from '../../idempotency/store.ts'
import type { LoadedBatch, LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import type { BatchOutcomes } from '../../plugin/returns/batch-outcomes.ts'
import { RETURN } from '../../plugin/returns/returns.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import { writeBatch } from './batch-follow-ups.ts'
import type { CountedResult } from './batch-result.ts'
import type { createCallBatch } from './call-batch.ts'
import type { Members } from './member.ts'

/** How a call ended that may have had a transaction. */
export type TransactedResult =
  | CountedResult
  /** Nothing was written, because an event was rejected or is to come later: the others are called again. */
  | { type: 'rolled-back'; outcomes: BatchOutcomes }

export interface TransactBatchPorts {
  store: Pick<IdempotencyStore, 'beginAll'>
  /** How long a handler may keep running after its signal aborts. */
  graceMs: number
  callBatch: ReturnType<typeof createCallBatch>
  followUps: Pick<FollowUpSink, 'write'>
}

/**
 * Calls a handler of batches, inside a transaction if its plugin requests one. That commits what the call
 * wrote together with the marks of all of its events, or nothing.
 */
export function createTransactBatch({ store, graceMs, callBatch, followUps }: TransactBatchPorts) {
  return async function transactBatch(
    plugin: LoadedPlugin,
    batch: LoadedBatch,
    members: Members,
  ): Promise<TransactedResult> {
    if (!plugin.sql) return callBatch(batch, members, undefined)
    const transaction = await begin(plugin, members)
    if (transaction instanceof Failure) return { type: 'interrupted', error: transaction }
    const result = await callBatch(batch, members, transaction)
    const ended = await end(transaction, members, await publish(members, result))
    if (ended.type === 'threw' && transaction.isBroken())
      return { type: 'interrupted', error: failureOf(ended.error) }
    return ended
  }

  async function publish(members: Members, result: CountedResult): Promise<CountedResult> {
    if (result.type !== 'returned' || !areCompleted(result.outcomes)) return result
    try {
      await writeBatch(members, followUps)
      return result
    } catch (error) {
      return { type: 'interrupted', error: failureOf(error) }
    }
  }

  async function begin(
    plugin: LoadedPlugin,
    members: Members,
  ): Promise<BatchTransaction | Failure> {
    const limits: TransactionLimits = {
      statementMs: plugin.timeoutMs,
      idleMs: plugin.timeoutMs + graceMs,
    }
    const claims = members.map(({ delivery }) => delivery.claim) as [Claim, ...Claim[]]
    if (store.beginAll === undefined)
      return new Failure(`plugin ${plugin.slug}: the idempotency store does not support SQL`)
    return store.beginAll(claims, limits).catch(failureOf)
  }
}

async function end(
  transaction: BatchTransaction,
  members: Members,
  result: CountedResult,
): Promise<TransactedResult> {
  const isKept = result.type === 'returned' && areCompleted(result.outcomes)
  if (!isKept) {
    await transaction.rollback()
    return result.type === 'returned' ? { ...result, type: 'rolled-back' } : result
  }
  const { outcomes } = result
  try {
    await transaction.commit(
      members.map(({ event }) => (outcomes.has(event) ? 'skipped' : 'processed')),
    )
    return result
  } catch (error) {
    return { type: 'threw', error }
  }
}

/** Whether what the call wrote is kept: `skip` is the only outcome besides `processed` with which it is. */
function areCompleted(outcomes: BatchOutcomes): boolean {
  return [...outcomes.values()].every((outcome) => outcome[RETURN] === 'skip')
}
