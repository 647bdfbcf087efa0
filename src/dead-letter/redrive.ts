import { headerText, type SourceRecord } from '../event/record.ts'
import { redriveInputOf } from '../topics/names.ts'
import { DLQ, ownHeaders, REDRIVE } from './headers.ts'

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
  const plugin = headerText(record, REDRIVE.plugin)
  const groupId = headerText(record, REDRIVE.group)
  const generation = numberOf(record, REDRIVE.generation)
  const offset = numberOf(record, DLQ.offset)
  if (plugin === undefined || groupId === undefined) return undefined
  if (generation === undefined || generation < 1 || offset === undefined) return undefined
  const { topic, partition, key, value } = record
  const origin: SourceRecord = {
    topic: redriveInputOf(topic) ?? topic,
    partition,
    offset,
    timestampMs: numberOf(record, DLQ.timestamp) ?? record.timestampMs,
    key,
    value,
    headers: ownHeaders(record.headers),
  }
  return { plugin, groupId, generation, replay: headerText(record, REDRIVE.replay), origin }
}

function numberOf(record: SourceRecord, name: string): number | undefined {
  const number = Number(headerText(record, name) ?? Number.NaN)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
