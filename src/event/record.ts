import { isUtf8 } from 'node:buffer'
import { getOrInsert } from '../util/get-or-insert.ts'
import { headerText, type RecordHeaders } from './headers.ts'

/** A value where it is, from `start` up to, not including, `end`. */
export interface ValueRange {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** A Kafka record, independent of any client's types. */
export interface SourceRecord {
  topic: string
  partition: number
  /**
   * Kafka's offsets are 64-bit. A number holds them exactly up to 2^53, which one partition reaches
   * after 285 years at a million records a second.
   */
  offset: number
  timestampMs: number
  key: Buffer | null
  /** `null` is a tombstone. */
  value: Buffer | null
  headers: RecordHeaders
  /**
   * Where the value is, if it is part of more bytes; null for a tombstone. For what reads a little of
   * every record: making a Buffer of each value costs more than that. Valid until the next read of it.
   */
  readonly valueRange?: ValueRange | null
  /**
   * Why its bytes are not here: it stands for a batch that takes too much memory. Undefined for any
   * other record.
   */
  tooLarge?: string
  /**
   * A record of its own, where this one is only valid until the next one is read. Its bytes are still
   * those that were fetched.
   */
  detach?(): SourceRecord
  /** A record of its own with a copy of the bytes, where they are part of more that was fetched. */
  copy?(): SourceRecord
}

/** Where a record's value is; null for a tombstone. */
export function valueRangeOf(record: SourceRecord): ValueRange | null {
  if (record.valueRange !== undefined) return record.valueRange
  const { value } = record
  return value === null ? null : { bytes: value, start: 0, end: value.length }
}

/** A record that stays as it is when the next one is read. */
export function ownRecordOf(record: SourceRecord): SourceRecord {
  return record.detach?.() ?? { ...record }
}

/** More than a process reads. Headers may name others, and topics longer than Kafka's, which are not kept. */
const NAMES_MAX = 100_000
const TOPIC_CHARS_MAX = 249
const names = new Map<string, Map<number, string>>()
let named = 0

/**
 * `topic/partition`, for logs, errors and keys of maps. Each is made once: making and hashing a text takes
 * several times as long as finding it, and who owns many partitions names all of them every second.
 */
export function partitionName({
  topic,
  partition,
}: Pick<SourceRecord, 'topic' | 'partition'>): string {
  return names.get(topic)?.get(partition) ?? newName(topic, partition)
}

function newName(topic: string, partition: number): string {
  const name = `${topic}/${partition}`
  if (topic.length > TOPIC_CHARS_MAX) return name
  if (named >= NAMES_MAX) {
    names.clear()
    named = 0
  }
  getOrInsert(names, topic, () => new Map<number, string>()).set(partition, name)
  named += 1
  return name
}

/** `topic/partition@offset`, for logs and errors. */
export function placeOf(record: Pick<SourceRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${partitionName(record)}@${record.offset}`
}

/** A header's text that becomes part of an event. Throws if it is not UTF-8: two could become one. */
export function utf8Header(record: SourceRecord, name: string): string | undefined {
  const text = headerText(record, name)
  if (text?.includes('\ufffd') && !isUtf8Header(record.headers.last(name))) {
    throw new Error(`header ${name}: expected text in UTF-8`)
  }
  return text
}

function isUtf8Header(value: Buffer | string | null | undefined): boolean {
  return !Buffer.isBuffer(value) || isUtf8(value)
}
