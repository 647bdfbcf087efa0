import type { FollowUpSink } from '../../follow-up/follow-up.ts'
import type { BatchTransaction } from '../../idempotency/store.ts'
import type { LoadedBatch } from '../../plugin/loaded-plugin.ts'
import { outcomesOf } from '../../plugin/returns/batch-outcomes.ts'
import { isIn, madeReturns } from '../../plugin/returns/made-returns.ts'
import type { Delivery } from '../delivery.ts'
import { type Called, CallWatch, Watches } from '../handle/call-watch.ts'
import type { HandlePorts } from '../handle/handle.ts'
import type { ContextPorts } from '../handle/handler-context.ts'
import { unreturned, unreturnedAt } from '../handle/unreturned.ts'
import { type BatchContextPorts, BatchHandlerContext } from './batch-context.ts'
import { encodeBatch } from './batch-follow-ups.ts'
import type { BatchResult, CountedResult } from './batch-result.ts'
import type { Members } from './member.ts'

export interface CallBatchPorts extends Omit<HandlePorts, keyof ContextPorts>, BatchContextPorts {
  followUps: Pick<FollowUpSink, 'kinds' | 'encode'>
}

/**
 * Calls a handler of batches with a time limit. An error is returned as a result, never thrown, and only
 * after the handler has settled.
 */
export function createCallBatch(ports: CallBatchPorts) {
  const watches = new Watches(ports)
  return async function callBatch(
    batch: LoadedBatch,
    members: Members,
    transaction: BatchTransaction | undefined,
  ): Promise<CountedResult> {
    const deliveries = members.map(({ delivery }) => delivery) as [Delivery, ...Delivery[]]
    const events = members.map(({ event }) => event)
    for (const delivery of deliveries) {
      delivery.attempts += 1
      delivery.followUps = undefined
    }
    const context = new BatchHandlerContext(members, ports, transaction)
    const startMs = ports.clock.elapsedMs()
    const slots = enter(deliveries, ports)

    function ended(result: BatchResult): BatchResult | Promise<CountedResult> {
      for (const slot of slots) ports.calls.leave(slot)
      const seconds = (ports.clock.elapsedMs() - startMs) / 1000
      ports.reports.onHandled(deliveries[0], seconds, deliveries.length)
      const drafts = BatchHandlerContext.endFollowUps(context)
      return drafts.size === 0 ? result : encodeBatch(members, drafts, ports.followUps, result)
    }

    function returned(value: unknown, made: object | undefined): BatchResult {
      try {
        const outcomes = outcomesOf(value, events)
        if (made !== undefined && !isIn(value, made))
          return { type: 'threw', error: unreturned(made) }
        return { type: 'returned', outcomes }
      } catch (error) {
        return { type: 'threw', error }
      }
    }

    madeReturns.enter()
    let result: ReturnType<LoadedBatch['processEvents']>
    let made: object | undefined
    try {
      result = batch.processEvents(Object.freeze(events), context)
    } catch (error) {
      return ended({ type: 'threw', error })
    } finally {
      made = madeReturns.leave()
    }
    if (!isThenable(result)) return ended(returned(result, made))
    ports.calls.returned()
    const watch = new CallWatch(deliveries, context, transaction, watches)
    const period = madeReturns.begin()
    try {
      const value = await result
      const late = madeReturns.end(period, value)
      for (const each of late) ports.reports.onUnreturned(unreturnedAt(each))
      return ended(watch.end(returned(value, made)))
    } catch (error) {
      madeReturns.fail(period)
      return ended(watch.end<BatchResult>({ type: 'threw', error }))
    }
  }
}

/**
 * One delivery is named as the call that has the thread. Of a batch any may be to blame if the call ends
 * the process, so they are only named as running, and become suspects that are called alone.
 */
function enter(deliveries: Called, { calls }: CallBatchPorts): number[] {
  const slots = deliveries.map((delivery) => calls.enter(delivery))
  if (deliveries.length > 1) calls.returned()
  return slots
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return typeof (value as { then?: unknown }).then === 'function'
}
