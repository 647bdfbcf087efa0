import type { RecordHeaders, SourceRecord } from '../event/record.ts'
import { headerText } from './envelope.ts'

/** What a record of a redrive topic says: a dead letter that is to be delivered once more. */
export interface Redriven {
  /** The slug of the only plugin that it is for; `*` for bytes that held no event. */
  plugin: string
  groupId: string
  /** 1 for an event that is redriven for the first time. */
  generation: number
  /** The group of the replay that gave it up; undefined where that was the live one. */
  replay: string | undefined
  /** The record as it was when it came in first: its place, its time and its own headers. */
  origin: SourceRecord
}

const SUFFIX = '.redrive'

export function redriveTopicOf(topic: string): string {
  return `${topic}${SUFFIX}`
}

export function isRedrive({ topic }: { topic: string }): boolean {
  return topic.endsWith(SUFFIX)
}

/** The input topic whose dead letters come again through this one. */
export function redriveInputOf(topic: string): string | undefined {
  return isRedrive({ topic }) ? topic.slice(0, -SUFFIX.length) : undefined
}

/**
 * What a redriven event is claimed by. Given up counts as completed, so each time that an event is
 * redriven has an id of its own, which is the same however often the record is written; with the
 * content in it, since several dead letters may have one event id by conflict, and the replay, which
 * may have given up what the live group did too.
 */
export function redriveIdOf(
  eventId: string,
  fingerprint: string,
  { generation, replay }: Pick<Redriven, 'generation' | 'replay'>,
): string {
  const given = replay === undefined ? '' : `#${replay}`
  return `${eventId}#${fingerprint}${given}#redrive-${generation}`
}

/** Undefined for what nobody can be asked to take, since it does not say who or where from. */
export function redrivenOf(record: SourceRecord): Redriven | undefined {
  const plugin = headerText(record, 'redrive.plugin')
  const groupId = headerText(record, 'redrive.group')
  const generation = numberOf(record, 'redrive.generation')
  const offset = numberOf(record, 'dlq.offset')
  if (plugin === undefined || groupId === undefined) return undefined
  if (generation === undefined || generation < 1 || offset === undefined) return undefined
  const { topic, partition, key, value } = record
  const origin: SourceRecord = {
    topic: redriveInputOf(topic) ?? topic,
    partition,
    offset,
    timestampMs: numberOf(record, 'dlq.timestamp') ?? record.timestampMs,
    key,
    value,
    headers: ownHeaders(record.headers),
  }
  return { plugin, groupId, generation, replay: headerText(record, 'redrive.replay'), origin }
}

/** The headers that a record had before it was a dead letter, or redriven. */
export function ownHeaders(headers: RecordHeaders): RecordHeaders {
  const isOwn = ([name]: [string, unknown]) => !/^(dlq|redrive)\./.test(name)
  return Object.fromEntries(Object.entries(headers).filter(isOwn))
}

function numberOf(record: SourceRecord, name: string): number | undefined {
  const number = Number(headerText(record, name) ?? Number.NaN)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
