import type { SourceRecord } from '../event/record.ts'
import { placeOf } from '../pipeline/delivery.ts'
import { headerText } from '../pipeline/envelope.ts'
import { ownHeaders } from '../pipeline/redriven.ts'

/** A dead letter as it lies in its topic. */
export interface Letter {
  /** `topic/partition@offset` of the letter itself: what it is called by. */
  place: string
  /** When it was written. */
  timestampMs: number
  plugin: string
  reason: string
  error: string
  attempts: number
  /** How often it was redriven before. */
  redrives: number
  groupId: string
  /** The group of the replay that gave it up, if one did. */
  replay: string | undefined
  /** Where the record came from. */
  topic: string
  partition: number
  offset: number
  /** The key: the id of the entity. */
  entity: string | undefined
}

/** What is told of a dead letter by its headers; undefined for a record that is none of ours. */
export function letterOf(record: SourceRecord): Letter | undefined {
  const plugin = headerText(record, 'dlq.plugin')
  const topic = headerText(record, 'dlq.topic')
  if (plugin === undefined || topic === undefined) return undefined
  return {
    place: placeOf(record),
    timestampMs: record.timestampMs,
    plugin,
    reason: headerText(record, 'dlq.reason') ?? '',
    error: headerText(record, 'dlq.error') ?? '',
    attempts: Number(headerText(record, 'dlq.attempts') ?? 0),
    redrives: Number(headerText(record, 'dlq.redrives') ?? 0),
    groupId: headerText(record, 'dlq.group') ?? '',
    replay: headerText(record, 'dlq.replay'),
    topic,
    partition: Number(headerText(record, 'dlq.partition')),
    offset: Number(headerText(record, 'dlq.offset')),
    entity: record.key?.toString(),
  }
}

/** The headers that the record had before it was a dead letter. */
export function originalHeaders({ headers }: SourceRecord): SourceRecord['headers'] {
  return ownHeaders(headers)
}
