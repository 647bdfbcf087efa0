import type { Kafka } from 'kafkajs'
import type { SourceRecord } from '../../event/record.ts'
import { copyRecord } from '../../pipeline/intake/copy-record.ts'
import { requestAdmin } from '../admin/admin-client.ts'
import { firstOffsetsSince } from '../client/log-range.ts'
import type { LogReader } from '../reader/log-reader.ts'
import type { OffsetRange } from '../reader/offset-ranges.ts'
import { readPart } from './cut.ts'

/** How many offsets the newest record is looked for in at first: the last ones may be those of markers. */
const LAST_OFFSETS = 64

/**
 * Where a group must begin so that it misses nothing behind its last checkpoint. If the mirror copies a log
 * again and ends before it is through, the first copy has more than the second one: what is behind a
 * checkpoint in the second copy is in part before it. What is behind a record that is there for the first
 * time, is behind it in the log. So the group begins behind the first copy of what is before the checkpoint
 * or, if that is later, at its last checkpoint that is behind such a record. The checkpoints are in their
 * order, and not none.
 */
export async function placeInFirstCopy(
  kafka: Kafka,
  reader: LogReader,
  log: OffsetRange,
  checkpoints: readonly number[],
): Promise<number> {
  const place = checkpoints.at(-1)!
  const firstLike = (record: SourceRecord) => firstOffset(kafka, reader, log, record)
  const last = await lastRecord(reader, log)
  if (last === undefined) return place
  // With a record that is there for the first time the last copy is through, and has all that is behind.
  if ((await firstLike(last)) === last.offset) return place

  /** The same place in the first copy, which has the record before it. */
  const inFirst = async (offset: number): Promise<number> => {
    const before = await lastRecord(reader, { ...log, end: offset })
    if (before === undefined) return offset
    const found = await firstLike(before)
    return found === before.offset ? offset : found + 1
  }
  const earlier = [...new Set(checkpoints)].sort((a, b) => a - b).filter((each) => each < place)
  let [low, high] = [0, earlier.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const offset = earlier[middle]!
    if ((await inFirst(offset)) === offset) low = middle + 1
    else high = middle
  }
  return Math.max(await inFirst(place), earlier[low - 1] ?? log.start)
}

async function lastRecord(reader: LogReader, log: OffsetRange): Promise<SourceRecord | undefined> {
  for (let count = LAST_OFFSETS; ; count *= LAST_OFFSETS) {
    const from = Math.max(log.start, log.end - count)
    let last: SourceRecord | undefined
    await readPart(reader, log, { from, to: log.end }, (record) => {
      last = copyRecord(record)
    })
    if (last !== undefined || from === log.start) return last
  }
}

/** The offset of the first record with the same content and time; its own if there is no other. */
async function firstOffset(
  kafka: Kafka,
  reader: LogReader,
  log: OffsetRange,
  record: SourceRecord,
): Promise<number> {
  const doing = `find the records of ${log.topic}`
  const since = await requestAdmin(kafka, doing, (admin) =>
    firstOffsetsSince(admin, log.topic, record.timestampMs),
  )
  const from = since.get(log.partition)!
  let first = record.offset
  await readPart(reader, log, { from, to: record.offset }, (each) => {
    if (first === record.offset && isSame(each, record)) first = each.offset
  })
  return first
}

/** A record that is too large to be read is like no other. */
function isSame(a: SourceRecord, b: SourceRecord): boolean {
  if (a.tooLarge !== undefined || b.tooLarge !== undefined) return false
  return a.timestampMs === b.timestampMs && contentOf(a) === contentOf(b)
}

function contentOf({ key, value, headers }: SourceRecord): string {
  const parts = [...headers].flatMap(({ name, value: text }) => [name, text])
  const hex = [key, value, ...parts].map((each) =>
    each === null ? null : Buffer.from(each).toString('hex'),
  )
  return JSON.stringify(hex)
}
