import { contentHash } from '../avro/codec/content-hash.ts'
import { fingerprint } from '../avro/codec/fingerprint.ts'
import { readDeadLetter } from '../dead-letter/read-dead-letter.ts'
import { placeOf, type SourceRecord } from '../event/record.ts'
import { timestampText } from '../event/time/timestamp.ts'
import type { ExplainedDeadLetter, ExplainedRecord, Progress } from './explanation.ts'
import type { FoundEvent } from './find-event.ts'

/** Returns the group's committed offset in a partition, if there is one. */
export type Committed = (topic: string, partition: number) => number | undefined

/** A record that was found, with fingerprint and hash of its content unless it can't be decoded. */
export type KnownRecord = FoundEvent & { print: string | undefined; hash: string | undefined }

export function knownRecord(found: FoundEvent): KnownRecord {
  const { record, read } = found
  if (read.type !== 'event' || record.value === null) {
    return { ...found, print: undefined, hash: undefined }
  }
  const content = read.writer.decodeAsWritten(record.value)
  return { ...found, print: fingerprint(content), hash: contentHash(content) }
}

/** The explanation of a record without its plugins. */
export function recordOf(
  known: KnownRecord,
  older: readonly KnownRecord[],
  committed: Committed | undefined,
): Omit<ExplainedRecord, 'obstacle' | 'plugins' | 'letters' | 'redrives'> {
  const { topic, partition, offset, timestampMs, key } = known.record
  return {
    place: placeOf(known.record),
    topic,
    partition,
    offset,
    time: timestampText(timestampMs),
    entity: key?.toString() ?? null,
    content: contentOf(known, older),
    progress: progressOf(known.record, committed),
  }
}

/** The explanation of a dead letter. One that is unreadable is listed in `unknown` instead. */
export function explainDeadLetter(
  record: SourceRecord,
  unknown: string[],
): ExplainedDeadLetter | undefined {
  const { type, letter } = readDeadLetter(record)
  if (type === 'unreadable') {
    unknown.push(`the dead letter at ${letter.place}: ${letter.why}`)
    return undefined
  }
  const { place, plugin, groupId, reason, attempts, redrives } = letter
  return {
    place,
    time: timestampText(letter.timestampMs),
    plugin,
    group: groupId,
    reason,
    attempts,
    error: letter.error,
    code: letter.code ?? null,
    thrown: letter.thrown ?? null,
    redrives,
    record: placeOf(letter),
  }
}

function contentOf(
  { read, print, knownBy }: KnownRecord,
  older: readonly KnownRecord[],
): ExplainedRecord['content'] {
  switch (read.type) {
    case 'tombstone':
      return { type: 'tombstone', why: 'it has no value', knownBy }
    case 'undecodable':
    case 'waiting':
      return { type: read.type, why: read.why, knownBy }
    case 'event': {
      const { name, schema, schemaId } = read
      const others = older.filter(({ read: each }) => each.type === 'event' && each.id === read.id)
      const same = others.find((each) => each.print === print)
      const other = others[0]
      const first = same ?? other
      const repeats = first ? { place: placeOf(first.record), same: first === same } : null
      return { type: 'event', name, schema, schemaId, repeats }
    }
  }
}

export function progressOf(
  { topic, partition, offset }: SourceRecord,
  committedIn: Committed | undefined,
): Progress {
  if (committedIn === undefined) return { type: 'unknown' }
  const committed = committedIn(topic, partition)
  if (committed === undefined) return { type: 'never-committed' }
  return { type: offset < committed ? 'done' : 'not-done', committed }
}
