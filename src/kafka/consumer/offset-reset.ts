import { InventoryEventsError } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { LogRange } from '../client/log-range.ts'
import type { TopicPartition } from './assigner/balance.ts'

/** What to do when the next offset is outside the log. */
export type OutOfRangePolicy = 'earliest' | 'latest' | 'fail'

/**
 * `removed`: the log starts after the offset, since retention has deleted the oldest records.
 * `beyond-end`: the log ends before it, so the topic was recreated or has lost its newest records.
 */
export type OutOfRangeReason = 'removed' | 'beyond-end'

export interface OutOfRangePorts {
  groupId: string
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
 * Finds where to start reading a partition. `next` is the next offset, or undefined if nothing was
 * read yet. If it is outside the log, that is logged and counted once; under `fail` it throws
 * OFFSET_OUT_OF_RANGE.
 */
export function offsetReset({ groupId, outOfRange, log, onOutOfRange }: OutOfRangePorts) {
  return function findStart(at: TopicPartition, next: number | undefined, range: LogRange): Start {
    if (next === undefined) return { offset: range.low }
    const reason = reasonOf(next, range)
    if (reason === undefined) return { offset: next }
    const { topic, partition } = at
    if (outOfRange === 'fail') throw refusal(groupId, at, next, range)
    const offset = outOfRange === 'latest' ? range.high : range.low
    const lostOffsets = offset - (reason === 'removed' ? next : range.low)
    onOutOfRange(topic, reason, lostOffsets)
    log.error(
      { topic, partition, reason, next, ...range, start: offset, lostOffsets },
      'offset out of range; resetting as OUT_OF_RANGE says',
    )
    return { offset, outOfRange: reason }
  }
}

export function reasonOf(next: number, { low, high }: LogRange): OutOfRangeReason | undefined {
  if (next < low) return 'removed'
  return next > high ? 'beyond-end' : undefined
}

function refusal(groupId: string, at: TopicPartition, next: number, { low, high }: LogRange) {
  const place = `${at.topic}/${at.partition}`
  const message =
    `group ${groupId}: next offset ${next} of ${place} is outside the log, ${low} to ${high}: ` +
    `set OUT_OF_RANGE to earliest or latest for this start, or set the group's offset by hand`
  return new InventoryEventsError('OFFSET_OUT_OF_RANGE', message)
}
