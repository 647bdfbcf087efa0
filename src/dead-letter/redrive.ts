import { headerText } from '../event/headers.ts'
import type { SourceRecord } from '../event/record.ts'
import { redriveInputOf } from '../topics/names.ts'
import { DLQ, ownHeaders, REDRIVE } from './headers.ts'

/** A record of a redrive topic: a dead letter to be delivered once more. */
export interface Redriven {
  /** The slug of the only plugin that it is for; `*` if no event could be decoded. */
  plugin: string
  groupId: string
  /** 1 for an event that is redriven for the first time. */
  generation: number
  /** The group of the replay that dead-lettered the event; undefined if it was the live group. */
  replay: string | undefined
  /** The original input record: its place, timestamp and own headers. */
  origin: SourceRecord
}

/**
 * The id that a redriven event is claimed under. A dead-lettered event counts as completed, so each
 * redrive needs its own id, which must stay the same however often the redrive record is written. The
 * id includes the fingerprint, because a conflict gives several dead letters one event id, and the
 * replay, because a replay may dead-letter an event that the live group dead-lettered, too.
 */
export function redriveIdOf(
  eventId: string,
  fingerprint: string,
  { generation, replay }: Pick<Redriven, 'generation' | 'replay'>,
): string {
  const ofReplay = replay === undefined ? '' : `#${replay}`
  return `${eventId}#${fingerprint}${ofReplay}#redrive-${generation}`
}

/** Reads a redrive record; undefined if its headers do not name plugin, group and original offset. */
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
    timestampMs: timestampIn(record) ?? record.timestampMs,
    key,
    value,
    headers: ownHeaders(record.headers),
  }
  return { plugin, groupId, generation, replay: headerText(record, REDRIVE.replay), origin }
}

/** Any number: a producer may have written a timestamp that is negative, or no time. */
function timestampIn(record: SourceRecord): number | undefined {
  const text = headerText(record, DLQ.timestamp)
  return text !== undefined && /^-?\d{1,22}$/.test(text) ? Number(text) : undefined
}

function numberOf(record: SourceRecord, name: string): number | undefined {
  const number = Number(headerText(record, name) ?? Number.NaN)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
