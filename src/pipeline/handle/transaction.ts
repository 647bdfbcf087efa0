import type { Event } from '../../event/event.ts'
import type { FollowUpSink } from '../../follow-up/follow-up.ts'
import { StateConflict } from '../../idempotency/state-conflict.ts'
import type { ClaimTransaction } from '../../idempotency/store.ts'
import { Failure } from '../../util/failure/failure.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import { andThen, type MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import { type HandlerResult, successOf } from './handler-result.ts'

export interface TransactPorts {
  /** How long a handler may keep running after its signal aborts. */
  graceMs: number
  followUps: Pick<FollowUpSink, 'write'>
  handle(
    delivery: Delivery,
    event: Event,
    transaction?: ClaimTransaction,
  ): MaybePromise<HandlerResult>
}

/**
 * Calls a handler, inside a transaction if its plugin requests one. In a transaction, the result
 * counts only if its writes are committed together with the mark; otherwise all are rolled back.
 */
export function createTransact({ handle, graceMs, followUps }: TransactPorts) {
  return function transact(delivery: Delivery, event: Event): MaybePromise<HandlerResult> {
    if (delivery.plugin.sql) return inTransaction(delivery, event)
    return andThen(handle(delivery, event), (result) => excused(delivery, undefined, result))
  }

  async function inTransaction(delivery: Delivery, event: Event): Promise<HandlerResult> {
    const transaction = await begin(delivery, graceMs)
    if (transaction instanceof Failure) return { type: 'interrupted', error: transaction }
    const result = await handle(delivery, event, transaction)
    const written = await publish(delivery, result)
    return excused(delivery, transaction, await end(transaction, written, delivery))
  }

  /** Before the transaction is committed: with it, the delivery is completed. */
  async function publish(delivery: Delivery, result: HandlerResult): Promise<HandlerResult> {
    const published = delivery.followUps
    if (published === undefined) return result
    try {
      if (delivery.plugin.state !== undefined) await delivery.claim?.confirm?.(delivery.stateChange)
      await followUps.write(published.records)
      published.isWritten = true
      return result
    } catch (error) {
      delivery.followUps = undefined
      delivery.attempts -= 1
      return { type: 'interrupted', error: failureOf(error) }
    }
  }
}

const CLAIM_LOST = new Failure('the claim of this event has passed to another owner')

async function begin({ plugin, claim }: Delivery, graceMs: number) {
  const limits = { statementMs: plugin.timeoutMs, idleMs: plugin.timeoutMs + graceMs }
  if (claim?.begin === undefined)
    return new Failure(`plugin ${plugin.slug}: the idempotency store does not support SQL`)
  return claim.begin(limits).catch(failureOf)
}

async function end(
  transaction: ClaimTransaction,
  result: HandlerResult,
  delivery: Delivery,
): Promise<HandlerResult> {
  const outcome = successOf(result)
  if (outcome === undefined) {
    await transaction.rollback()
    return result
  }
  try {
    await transaction.commit(outcome, delivery.stateChange)
    return result
  } catch (error) {
    return { type: 'threw', error }
  }
}

/** The result, or `interrupted` if the handler is not to blame for it: then no attempt is used. */
function excused(
  delivery: Delivery,
  transaction: ClaimTransaction | undefined,
  result: HandlerResult,
): HandlerResult {
  // No call was made.
  if (result.type === 'interrupted') return result
  if (successOf(result) !== undefined || !isExcused(delivery, transaction, result)) return result
  delivery.attempts -= 1
  return {
    type: 'interrupted',
    error: result.type === 'threw' ? failureOf(result.error) : CLAIM_LOST,
  }
}

/**
 * The handler was aborted, or failed, because its claim or its connection was lost, or the state that it was
 * given was changed meanwhile.
 */
function isExcused(
  { claim }: Delivery,
  transaction: ClaimTransaction | undefined,
  result: HandlerResult,
): boolean {
  if (result.type === 'threw' && result.error instanceof StateConflict) return true
  return claim?.lost?.aborted === true || transaction?.isBroken() === true
}
