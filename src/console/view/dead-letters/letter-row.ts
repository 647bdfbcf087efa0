import type { DeadLetterInfo, ReadLetter } from '../../../dead-letter/read-dead-letter.ts'
import { headerText } from '../../../event/headers.ts'
import type { SourceRecord } from '../../../event/record.ts'

/** A dead letter as the console keeps it: without its bytes and its stack. */
export interface LetterRow {
  place: string
  topic: string
  partition: number
  offset: number
  /** When it was written. */
  atMs: number
  plugin: string | null
  /** `unreadable` if its headers are not those that the service writes. */
  reason: string
  errorType: string | null
  /** `file:line:column`. */
  errorAt: string | null
  code: string | null
  message: string
  /** The message without what differs from event to event. */
  shape: string
  kind: string | null
  id: string | null
  entity: string | null
  attempts: number
  /** How often it was redriven before. */
  redrives: number
  groupId: string
  /** The same for all dead letters of one record: its place in the input, and its time. */
  origin: string | undefined
  replay: string | null
  /** Why it can't be redriven; null if it can. */
  refused: string | null
  status: 'open' | 'redriven' | 'discarded'
  /** When it was redriven or discarded. */
  settledMs: number | null
  /** Of a discard. */
  by: string | null
  why: string | null
}

/** As long as what we publish may be. */
const NAME_MAX = 1_024
const MESSAGE_MAX = 200

/** Makes rows whose frequent texts are kept once. */
export function rowMaker(): (read: ReadLetter, record: SourceRecord) => LetterRow {
  const texts = new Map<string, string>()
  const once = (text: string): string => {
    const cut = text.slice(0, NAME_MAX)
    if (texts.size > TEXTS_MAX) texts.clear()
    const known = texts.get(cut)
    if (known === undefined) texts.set(cut, cut)
    return known ?? cut
  }
  const orNull = (text: string | undefined) => (text === undefined ? null : once(text))

  return (read, record) => {
    const { place, timestampMs: atMs, entity, origin, plugin, groupId } = read.letter
    const { topic, partition, offset } = record
    return {
      ...{ place, topic: once(topic), partition, offset, atMs, plugin: orNull(plugin), origin },
      entity: entity?.slice(0, NAME_MAX) ?? null,
      groupId: once(groupId ?? ''),
      ...{ status: 'open', settledMs: null, by: null, why: null },
      ...causeOf(read, record),
    }
  }

  function causeOf(read: ReadLetter, record: SourceRecord) {
    const kind = headerText(record, 'ce_type')
    const id = headerText(record, 'ce_id')
    switch (read.type) {
      case 'letter':
        return { ...ofLetter(read.letter), ...contentOf(read.letter, { kind, id }) }
      case 'unreadable': {
        const message = once(read.letter.why.slice(0, MESSAGE_MAX))
        return {
          ...{ reason: 'unreadable', errorType: null, errorAt: null, code: null, message },
          ...{ shape: once(shapeOf(message)), attempts: 0, redrives: 0, replay: null },
          ...{ kind: orNull(kind), id: id?.slice(0, NAME_MAX) ?? null },
          refused: 'its headers can’t be read',
        }
      }
    }
  }

  function ofLetter(letter: DeadLetterInfo) {
    const { reason, error, thrown, code, attempts, redrives, replay, stub } = letter
    const message = once(error.slice(0, MESSAGE_MAX))
    return {
      ...{ reason: once(reason), message, shape: once(shapeOf(message)), attempts, redrives },
      ...{ errorType: orNull(thrown?.type), errorAt: orNull(thrown?.at), code: orNull(code) },
      replay: orNull(replay),
      refused: stub === undefined ? null : 'only a stub of it was written: replay its record',
    }
  }

  function contentOf(
    { eventName, eventId }: DeadLetterInfo,
    header: { kind: string | undefined; id: string | undefined },
  ) {
    return {
      kind: orNull(eventName ?? header.kind),
      id: (eventId ?? header.id)?.slice(0, NAME_MAX) ?? null,
    }
  }
}

const TEXTS_MAX = 10_000
const SHAPE_MAX = 120

/** What is quoted and what has digits differs from event to event. */
export function shapeOf(message: string): string {
  return message
    .replace(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replace(/\S+/g, (word) => (/\d/.test(word) ? '…' : word))
    .slice(0, SHAPE_MAX)
}
