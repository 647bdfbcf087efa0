import { InventoryEventsError } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { LogRange } from '../client/log-range.ts'
import type { TopicPartition } from '../member/assigner/balance.ts'

/** What to do when the next offset is outside the log. */
export type OutOfRangePolicy = 'earliest' | 'latest' | 'fail'

/**
 * `removed`: the log starts after the offset, since retention has deleted the oldest records.
 * `beyond-end`: the log ends before it, so the topic was recreated or has lost its newest records.
 * `expired`: the group has committed offsets of the partition, and the brokers no longer have any.
 * `recreated`: the topic was deleted and created again while this member read it.
 * `truncated`: a leader was elected that did not have the newest records, and others were written in
 * their place.
 */
export type OutOfRangeReason = 'removed' | 'beyond-end' | 'expired' | ResetCause

/** Why a partition is read again though its next offset is in the log. */
export type ResetCause = 'recreated' | 'truncated'

/** The partitions that the group ever committed, whether or not brokers still have the offsets. */
export interface CommitHistory {
  has(partition: TopicPartition): boolean
  /** Records, in the background, those that are committed (offset 0 or above) and not known yet. */
  add(partitions: Iterable<TopicPartition & { readonly committedOffset: number }>): void
}

/** For a group whose every start counts as its first. */
export const noHistory: CommitHistory = { has: () => false, add: () => undefined }

export interface OutOfRangePorts {
  groupId: string
  history: Pick<CommitHistory, 'has'>
  outOfRange: OutOfRangePolicy
  log: Logger
  /** `lostOffsets` were not read and will not be. */
  onOutOfRange(topic: string, reason: OutOfRangeReason, lostOffsets: number): void
}

export interface Start {
  offset: number
  outOfRange?: OutOfRangeReason
}

/**
 * Finds where to start reading a partition. `next` is the next offset, or undefined if the group has no
 * committed one. If it is outside the log, or gone though the group had one, that is logged and counted
 * once; under `fail` it throws OFFSET_OUT_OF_RANGE.
 */
export function offsetReset({ groupId, history, outOfRange, log, onOutOfRange }: OutOfRangePorts) {
  return function findStart(at: TopicPartition, next: number | undefined, range: LogRange): Start {
    const reason = reasonOf(next, range, history.has(at))
    if (reason === undefined) return { offset: next ?? range.low }
    const { topic, partition } = at
    if (outOfRange === 'fail') throw refusal(groupId, at, next, range, reason)
    const offset = outOfRange === 'latest' ? range.high : range.low
    const lostOffsets = offset - (reason === 'removed' && next !== undefined ? next : range.low)
    onOutOfRange(topic, reason, lostOffsets)
    log.error(
      { topic, partition, reason, next, ...range, start: offset, lostOffsets },
      reason === 'expired' ? EXPIRED : OUT_OF_RANGE,
    )
    return { offset, outOfRange: reason }
  }
}

/** Finds where a partition begins, whether it continues or is read again for a reason that is known. */
export function startOf(ports: OutOfRangePorts) {
  const findStart = offsetReset(ports)
  return function startOf(
    what: TopicPartition & { readonly cause?: ResetCause },
    next: number | undefined,
    range: LogRange,
  ): Start {
    if (what.cause === undefined) return findStart(what, next, range)
    return startAfter(what.cause, ports, what, next ?? 0, range)
  }
}

const OUT_OF_RANGE = 'offset out of range; resetting as OUT_OF_RANGE says'
const EXPIRED =
  'committed offset is gone, though the group has committed before; resetting as OUT_OF_RANGE says'
const READ_AGAIN: Readonly<Record<ResetCause, string>> = {
  recreated:
    'the topic was deleted and created again; reading it from its start. What was not read before is gone',
  truncated:
    'the log was cut off below what was read, and rewritten, as after an unclean election; reading it from there',
}

/**
 * Where a partition is read again, whatever the policy, since none of what is there has been read: at the
 * first record of a topic that was created again, or at `next`, from where a log that was cut off
 * differs. What was there before is gone. Under `fail` it throws OFFSET_OUT_OF_RANGE.
 */
export function startAfter(
  cause: ResetCause,
  { groupId, outOfRange, log, onOutOfRange }: OutOfRangePorts,
  at: TopicPartition,
  next: number,
  range: LogRange,
): Start {
  if (outOfRange === 'fail') throw refusal(groupId, at, next, range, cause)
  const { topic, partition } = at
  const offset = cause === 'recreated' ? range.low : Math.min(Math.max(next, range.low), range.high)
  onOutOfRange(topic, cause, 0)
  log.error({ topic, partition, reason: cause, next, ...range, start: offset }, READ_AGAIN[cause])
  return { offset, outOfRange: cause }
}

/** In a log that ends at 0 there never was a record to lose or to read again. */
export function reasonOf(
  next: number | undefined,
  { low, high }: LogRange,
  hasCommitted: boolean,
): OutOfRangeReason | undefined {
  if (next === undefined) return hasCommitted && high > 0 ? 'expired' : undefined
  if (next < low) return 'removed'
  return next > high ? 'beyond-end' : undefined
}

function refusal(
  groupId: string,
  at: TopicPartition,
  next: number | undefined,
  { low, high }: LogRange,
  reason: OutOfRangeReason,
) {
  const place = `${at.topic}/${at.partition}`
  const message = `group ${groupId}: ${problemOf()}: set OUT_OF_RANGE to earliest or latest for this start, or set the group's offset by hand`
  return new InventoryEventsError('OFFSET_OUT_OF_RANGE', message)

  function problemOf(): string {
    switch (reason) {
      case 'expired':
        return (
          `the committed offset of ${place} is gone: brokers drop the offsets of a ` +
          'group that has no members for offsets.retention.minutes'
        )
      case 'truncated':
        return `the log of ${place} was cut off at offset ${next}, below what was read, and rewritten`
      case 'recreated':
      case 'removed':
      case 'beyond-end':
        return `next offset ${next} of ${place} is outside the log, ${low} to ${high}`
    }
  }
}
