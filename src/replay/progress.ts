import type { Kafka } from 'kafkajs'
import { groupOffsets } from '../kafka/admin/group-offsets.ts'
import { type OffsetRange, topicsOf } from '../kafka/reader/offset-ranges.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { InventoryEventsError, messageOf } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { Ranges } from './ranges.ts'

export interface ProgressParts {
  kafka: Kafka
  log: Pick<Logger, 'warn'>
  /** Called with the number of remaining offsets and their total. */
  onProgress(left: number, total: number): void
}

const POLL_MS = 500

/** Resolves when the group, with all its members, has committed all of its ranges. */
export async function untilReached(
  { kafka, log, onProgress }: ProgressParts,
  groupId: string,
  ranges: Ranges,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  for (;;) {
    if (signal.aborted) throw signal.reason
    const left = await leftOf(kafka, groupId, ranges.all).catch((error) => {
      if (error instanceof InventoryEventsError && !error.retryable) throw error
      log.warn({ error: messageOf(error) }, "could not fetch the group's offsets; retrying")
      return undefined
    })
    if (left !== undefined) onProgress(left, totalOf(ranges.all))
    if (left === 0) return
    await clock.sleep(POLL_MS, signal)
  }
}

/** How many offsets of the ranges the group has not committed. Rejects with USAGE if it is gone. */
export async function leftOf(
  kafka: Kafka,
  groupId: string,
  ranges: readonly OffsetRange[],
): Promise<number> {
  const rows = await groupOffsets(kafka, groupId, topicsOf(ranges))
  return ranges.reduce((left, { topic, partition, start, end }) => {
    const row = rows.find((each) => each.topic === topic && each.partition === partition)
    if (row?.committed === undefined) throw endedElsewhere(groupId, topic, partition)
    return left + Math.max(0, end - Math.max(start, row.committed))
  }, 0)
}

export function totalOf(ranges: readonly OffsetRange[]): number {
  return ranges.reduce((total, { start, end }) => total + end - start, 0)
}

function endedElsewhere(groupId: string, topic: string, partition: number): InventoryEventsError {
  const message = `group ${groupId} has no committed offset for ${topic}/${partition}: the replay was ended by another process`
  return new InventoryEventsError('USAGE', message)
}
