import { headersOf, headerText } from '../event/headers.ts'
import type { SourceRecord } from '../event/record.ts'
import { DISCARDED } from './headers.ts'
import type { RedriveRecord } from './redrive-record.ts'

/** A decision that nothing more will be done about a dead letter. */
export interface Discard {
  /** The place of the dead letter. */
  place: string
  /** The group that the letter is of; empty if its headers don't say. */
  groupId: string
  /** As `originIn` the letter; undefined in those of older versions. */
  origin?: string | undefined
  by: string
  /** RFC 3339, UTC. */
  at: string
  why: string
}

const FORMAT_VERSION = 1

/**
 * The record that discards a dead letter. It is written behind the letter, in the same partition and
 * with the same key, so Kafka keeps it for as long as the letter.
 */
export function discardRecordOf(
  { place, groupId, ...audit }: Discard,
  { topic, partition, key }: Pick<SourceRecord, 'topic' | 'partition' | 'key'>,
): RedriveRecord {
  const value = { v: FORMAT_VERSION, group: groupId, ...audit }
  return {
    topic,
    partition,
    key,
    value: Buffer.from(JSON.stringify(value)),
    headers: headersOf({ [DISCARDED]: place }),
  }
}

/** Reads a record that discards a dead letter; undefined for others, and for one of a newer version. */
export function discardIn(record: SourceRecord): Discard | undefined {
  const place = headerText(record, DISCARDED)
  if (place === undefined) return undefined
  const { v, group, origin, by, at, why } = contentOf(record)
  if (v !== FORMAT_VERSION) return undefined
  return {
    place,
    groupId: textOf(group),
    origin: typeof origin === 'string' ? origin : undefined,
    by: textOf(by),
    at: textOf(at),
    why: textOf(why),
  }
}

function contentOf({ value }: SourceRecord): Record<string, unknown> {
  try {
    return Object(JSON.parse(String(value)))
  } catch {
    return {}
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
