import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { type OffsetRange, resolveRanges } from '../../kafka/reader/offset-ranges.ts'
import { readBackwards } from '../../kafka/reader/read-backwards.ts'
import type { RangeSearch } from '../../kafka/reader/search-topics.ts'
import { bytesOf } from '../../pipeline/intake/copy-record.ts'
import type { RunningSearch } from '../http/stream.ts'
import { endsIn } from './cursor.ts'

export interface NewestFirst {
  range: RangeSearch
  /** Where an earlier search stopped, as its end said; undefined begins at the newest records. */
  cursor: string | undefined
  /** The buffers of the record are views: copy what is kept. */
  onRecord(record: SourceRecord): void | Promise<void>
  /** What was read since the last round belongs together. False ends the reading. */
  onRound(): boolean | Promise<boolean>
  /** How many records the first round reads. Default 500. */
  firstRound?: number
  /** Fewer than the search may read. */
  recordsMax?: number
}

/** How far a search has read. */
export interface Reached {
  /** The oldest timestamp that it has seen; null if it has seen none. */
  backToMs: number | null
  /** What the partitions have lost at their start, by the policy of their topics. */
  isCutByRetention: boolean
}

/** With what is left to read. */
export type ReadSoFar = Reached & { left: OffsetRange[] }

/** Small at first, so that what is new is there at once. */
const FIRST_ROUND = 500
const LAST_ROUND = 8_000

/**
 * Reads topics from the newest records towards the oldest until all is read or a limit of the search is
 * reached. Rejects as `readBackwards` does.
 */
export async function readNewestFirst<T>(
  kafka: Kafka,
  search: RunningSearch<T>,
  {
    range,
    cursor,
    onRecord,
    onRound,
    firstRound = FIRST_ROUND,
    recordsMax = Infinity,
  }: NewestFirst,
): Promise<ReadSoFar> {
  const resolved = await resolveRanges(kafka, range)
  const ranges = startingAt(resolved, cursor)
  const of = search.read + ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  let left = ranges
  let round = firstRound
  const endAt = search.read + recordsMax
  let backToMs: number | null = null
  await search.progress(of)
  const reading = readBackwards(kafka, {
    ranges,
    signal: search.signal,
    roundRecords: () => Math.min(round, search.recordsLeft, endAt - search.read),
    onRecord(record) {
      search.count(bytesOf(record))
      if (record.timestampMs > 0) backToMs = Math.min(backToMs ?? Infinity, record.timestampMs)
      return onRecord(record)
    },
    async onRound(now) {
      const isLeft = (range: OffsetRange) => now.find((each) => isSame(each, range))
      left = left.map((each) => isLeft(each) ?? { ...each, end: each.start })
      round = Math.min(LAST_ROUND, round * 2)
      const isWanted = await onRound()
      await search.progress(of)
      return isWanted && search.reached === undefined && search.read < endAt
    },
  })
  // What is stopped while it reads has read the rounds before.
  await reading.catch((error) => {
    if (!search.signal.aborted) throw error
  })
  const isDone = left.every(({ start, end }) => start >= end)
  return {
    left,
    backToMs,
    isCutByRetention: range.fromMs === undefined && isDone && resolved.some(isCut),
  }
}

/** Partitions that are not of the range are empty. */
function isCut({ start, end }: OffsetRange): boolean {
  return start > 0 && end > start
}

function startingAt(ranges: readonly OffsetRange[], cursor: string | undefined): OffsetRange[] {
  if (cursor === undefined) return [...ranges]
  const ends = endsIn(cursor)
  return ranges.map((range) => {
    const end = ends.get(range.topic)?.[range.partition] ?? range.start
    return { ...range, end: Math.max(range.start, Math.min(range.end, end)) }
  })
}

function isSame(a: OffsetRange, b: OffsetRange): boolean {
  return a.topic === b.topic && a.partition === b.partition
}
