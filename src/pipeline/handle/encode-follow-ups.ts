import type { FollowUp, FollowUpSink } from '../../follow-up/follow-up.ts'
import { InventoryEventsError } from '../../util/errors.ts'
import { failureOf } from '../../util/failure/failure-of.ts'
import { andThen, type MaybePromise, tryCatch } from '../../util/maybe-promise.ts'
import type { Delivery } from '../delivery.ts'
import { type HandlerResult, successOf } from './handler-result.ts'

/**
 * Encodes what a call that ended well has published, to be written before the mark. What cannot be
 * encoded fails the call; while the registry or Kafka cannot be asked, the handler is not to blame.
 */
export function encodeFollowUps(
  delivery: Delivery,
  drafts: readonly FollowUp[],
  sink: Pick<FollowUpSink, 'encode'>,
  result: HandlerResult,
): MaybePromise<HandlerResult> {
  delivery.followUps = undefined
  if (drafts.length === 0 || successOf(result) === undefined) return result
  return tryCatch<HandlerResult>(
    () =>
      andThen(sink.encode(drafts), (records) => {
        delivery.followUps = { records, isWritten: false }
        return result
      }),
    (error) => {
      const isTemporary = error instanceof InventoryEventsError && error.retryable
      if (!isTemporary) return { type: 'threw', error }
      delivery.attempts -= 1
      return { type: 'interrupted', error: failureOf(error) }
    },
  )
}
