import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { type OffsetRange, topicsOf } from './offset-ranges.ts'
import { withLogReader } from './with-log-reader.ts'

export interface BackwardsRead {
  ranges: readonly OffsetRange[]
  signal: AbortSignal
  /** How many records the next round may read, over all partitions. */
  roundRecords(): number
  /** The buffers of the record are views: copy what is kept. In a round, in the order of each partition. */
  onRecord(record: SourceRecord): void | Promise<void>
  /**
   * After each round. Everything of the ranges has been read but what is left of them. False ends the
   * reading.
   */
  onRound(left: readonly OffsetRange[]): boolean | Promise<boolean>
}

/** Partitions that are read at once. */
const AT_ONCE = 16

/**
 * Reads partitions from their newest records towards the oldest, in rounds, so that what ends between
 * two rounds has read a whole end of each. Rejects as a LogReader does, also when `signal` aborts.
 */
export async function readBackwards(kafka: Kafka, read: BackwardsRead): Promise<void> {
  const { ranges, signal, roundRecords, onRecord, onRound } = read
  let left = ranges.filter(hasRecords)
  if (left.length === 0) return
  await withLogReader(kafka, topicsOf(left), async (reader) => {
    while (left.length > 0) {
      const each = Math.max(1, Math.floor(roundRecords() / left.length))
      const windows = left.map((range) => {
        return { ...range, from: Math.max(range.start, range.end - each) }
      })
      for (let first = 0; first < windows.length; first += AT_ONCE) {
        const some = windows.slice(first, first + AT_ONCE)
        await Promise.all(
          some.map(({ topic, partition, from, end: to }) =>
            reader.read({ topic, partition, from, to, lost: signal, onRecord }),
          ),
        )
      }
      left = windows.map(({ from, ...range }) => ({ ...range, end: from })).filter(hasRecords)
      if (!(await onRound(left))) return
    }
  })
}

function hasRecords({ start, end }: OffsetRange): boolean {
  return end > start
}
