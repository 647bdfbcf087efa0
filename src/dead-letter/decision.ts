import { headersOf, headerText } from '../event/headers.ts'
import type { SourceRecord } from '../event/record.ts'
import { DISCARDED } from './headers.ts'
import type { RedriveRecord } from './redrive-record.ts'

/**
 * What someone decided about a dead letter: that nothing more will be done about it, or that it is open
 * again after all. The last one counts.
 */
export interface Decision {
  type: 'discard' | 'restore'
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
 * The record of a decision. It is written behind the letter, in the same partition and with the same key,
 * so Kafka keeps it for as long as the letter. Versions that know no restoring read one as a discard of
 * what is discarded, which for them it stays.
 */
export function decisionRecordOf(
  { type, place, groupId, ...audit }: Decision,
  { topic, partition, key }: Pick<SourceRecord, 'topic' | 'partition' | 'key'>,
): RedriveRecord {
  const restores = type === 'restore' ? { restores: true } : {}
  const value = { v: FORMAT_VERSION, group: groupId, ...restores, ...audit }
  return {
    topic,
    partition,
    key,
    value: Buffer.from(JSON.stringify(value)),
    headers: headersOf({ [DISCARDED]: place }),
  }
}

/** Reads the record of a decision; undefined for others, and for one of a newer version. */
export function decisionIn(record: SourceRecord): Decision | undefined {
  const place = headerText(record, DISCARDED)
  if (place === undefined) return undefined
  const { v, group, origin, restores, by, at, why } = contentOf(record)
  if (v !== FORMAT_VERSION) return undefined
  return {
    type: restores === true ? 'restore' : 'discard',
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
