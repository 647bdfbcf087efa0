import type { Event } from '../../event/event.ts'
import type { ClaimTransaction } from '../../idempotency/store.ts'
import { verbOf } from '../../plugin/plugin.ts'
import { messageOf } from '../../util/errors.ts'
import { andThen, type MaybePromise } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import type { HandlerResult } from './handler-result.ts'

export interface TransactPorts {
  /** How long a handler may go on after its signal aborted. */
  graceMs: number
  handle(
    delivery: Delivery,
    event: Event,
    transaction?: ClaimTransaction,
  ): MaybePromise<HandlerResult>
}

/**
 * Calls a handler, inside a transaction if its plugin asks for one. There its answer counts only when
 * its writes are committed together with the mark; every other end leaves nothing behind.
 */
export function createTransact({ handle, graceMs }: TransactPorts) {
  return function transact(delivery: Delivery, event: Event): MaybePromise<HandlerResult> {
    if (delivery.plugin.sql) return inTransaction(delivery, event)
    return andThen(handle(delivery, event), (result) => excused(delivery, undefined, result))
  }

  async function inTransaction(delivery: Delivery, event: Event): Promise<HandlerResult> {
    const transaction = await begin(delivery, graceMs)
    if (transaction instanceof Error) return interrupted(transaction)
    const result = await handle(delivery, event, transaction)
    return excused(delivery, transaction, await end(transaction, result))
  }
}

const CLAIM_LOST = 'the claim of this event has passed to another owner'

async function begin({ plugin, claim }: Delivery, graceMs: number) {
  const limits = { statementMs: plugin.timeoutMs, idleMs: plugin.timeoutMs + graceMs }
  if (claim?.begin === undefined) return new Error(`plugin ${plugin.slug}: the store has no SQL`)
  return claim.begin(limits).catch((error: unknown) => new Error(messageOf(error)))
}

async function end(transaction: ClaimTransaction, result: HandlerResult): Promise<HandlerResult> {
  if (!isGood(result)) {
    await transaction.rollback()
    return result
  }
  try {
    await transaction.commit()
    return result
  } catch (error) {
    return { type: 'threw', error }
  }
}

/** Processed or skipped: what the handler wrote is to stay. */
function isGood(result: HandlerResult): boolean {
  if (result.type !== 'returned') return false
  return result.value === undefined || verbOf(result.value) === 'skip'
}

/** The result, unless the handler was not to blame for it: then no attempt is spent. */
function excused(
  delivery: Delivery,
  transaction: ClaimTransaction | undefined,
  result: HandlerResult,
): HandlerResult {
  if (isGood(result) || !isExcused(delivery, transaction)) return result
  delivery.attempts -= 1
  return interrupted(result.type === 'threw' ? result.error : CLAIM_LOST)
}

/** The handler was told to end, or failed, for reasons that are not its own. */
function isExcused({ claim }: Delivery, transaction: ClaimTransaction | undefined): boolean {
  return claim?.lost?.aborted === true || transaction?.isBroken() === true
}

function interrupted(error: unknown): HandlerResult {
  return { type: 'interrupted', error: messageOf(error) }
}
