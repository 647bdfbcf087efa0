import type { FollowUp, FollowUpRecord, FollowUpSink } from '../../follow-up/follow-up.ts'
import { RETURN } from '../../plugin/returns/returns.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import type { Delivery } from '../delivery.ts'
import type { BatchResult, CountedResult } from './batch-result.ts'
import type { Members } from './member.ts'

/**
 * Encodes what a call has published for those of its events that ended well. What can't be encoded fails the
 * call, which is then split until the event is alone.
 */
export async function encodeBatch(
  members: Members,
  drafts: ReadonlyMap<Delivery, readonly FollowUp[]>,
  sink: Pick<FollowUpSink, 'encode'>,
  result: BatchResult,
): Promise<CountedResult> {
  for (const { delivery } of members) delivery.followUps = undefined
  if (result.type !== 'returned') return result
  try {
    for (const { delivery, event } of members) {
      const published = drafts.get(delivery) ?? []
      const verb = result.outcomes.get(event)?.[RETURN]
      if (published.length === 0 || (verb !== undefined && verb !== 'skip')) continue
      delivery.followUps = { records: await sink.encode(published), isWritten: false }
    }
    return result
  } catch (error) {
    for (const { delivery } of members) delivery.followUps = undefined
    const isTemporary = error instanceof InventoryEventsError && error.retryable
    return isTemporary ? { type: 'interrupted', error: failureOf(error) } : { type: 'threw', error }
  }
}

/** Writes what is encoded, before the transaction of the call is committed: with it, the events are completed. */
export async function writeBatch(
  members: Members,
  sink: Pick<FollowUpSink, 'write'>,
): Promise<void> {
  const due = members.flatMap(({ delivery: { followUps } }) => followUps ?? [])
  const records: FollowUpRecord[] = due.flatMap((each) => each.records)
  if (records.length === 0) return
  await sink.write(records)
  for (const each of due) each.isWritten = true
}
