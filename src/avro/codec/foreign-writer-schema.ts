import type { Event } from '../../event/event.ts'
import type { JsonObject } from '../../event/json.ts'
import type { Path } from '../../event/path.ts'
import { normalizeTime } from '../../event/time/time.ts'
import { spentBytes } from '../binary/decode-limits.ts'
import { leadingFields } from '../projection/leading-fields.ts'
import { createProjection, slotsAt } from '../projection/projection.ts'
import type { RecordNode } from '../schema/type-node.ts'
import { contentReader, shownReader } from '../types/compile-reader.ts'
import { undecodable } from '../wire-format.ts'
import type { DecodeHints, Projection, WriterSchema } from '../writer-schema.ts'
import { assertId, readPayload } from './read-payload.ts'

/** A record schema outside the contract: its records become events of unknown kind. */
export function foreignWriterSchema(writer: RecordNode, maxBytes: number): WriterSchema {
  const fullName = writer.name
  const leading = leadingFields(undefined, writer)
  const readShown = shownReader(writer)
  const readContent = contentReader(writer, undefined)
  return {
    fullName,
    isContract: false,
    unreadable: undefined,
    peek(bytes, start = 0, end = bytes.length) {
      const id = leading?.(bytes, start, end).id
      return { name: undefined, id: id?.start === id?.end ? undefined : id }
    },
    decode: (value, hints = {}) =>
      asUnknown(fullName, readPayload(value, readShown, maxBytes), hints),
    get decodedBytes() {
      return spentBytes()
    },
    projection: (paths) => project(paths, writer),
    // Records with the same fields but different schemas are different content.
    decodeAsWritten: (value) => ({
      record: fullName,
      fields: readPayload(value, readContent, maxBytes),
    }),
  }
}

/** The field beside the envelope that holds the record as it was written. */
const PAYLOAD = 'payload'

/**
 * Id and time come from the payload if it has them as text, otherwise from the hints; the kind
 * always from the hints. What the payload itself has under these names is in `payload`.
 */
function asUnknown(fullName: string, fields: JsonObject, hints: DecodeHints): Event {
  const event = {
    ...fields,
    id: textOf(fields.id) ?? required('id', fullName, hints.id),
    kind: required('type', fullName, hints.name),
    time: timeOf(fields.time) ?? required('time', fullName, hints.time),
    [PAYLOAD]: fields,
  }
  return Object.freeze(assertId(event)) as unknown as Event
}

/** The same as `asUnknown`, for projections. */
function project(paths: readonly Path[], writer: RecordNode): Projection {
  const [ids, kinds, times] = [slotsAt(paths, 'id'), slotsAt(paths, 'kind'), slotsAt(paths, 'time')]
  const written = paths.map((path) => (path[0] === PAYLOAD ? path.slice(1) : path))
  return createProjection(written, writer, undefined, (slots, hints) => {
    for (const slot of ids) slots[slot] = textOf(slots[slot]) ?? (hints.id || undefined)
    for (const slot of kinds) slots[slot] = hints.name || undefined
    for (const slot of times) slots[slot] = timeOf(slots[slot]) ?? (hints.time || undefined)
  })
}

function textOf(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field : undefined
}

/** An event's time is RFC 3339 in UTC; other text of this name is the payload's own affair. */
function timeOf(field: unknown): string | undefined {
  return typeof field === 'string' ? normalizeTime(field) : undefined
}

function required(what: 'id' | 'type' | 'time', fullName: string, hint: string | undefined) {
  if (hint) return hint
  throw undecodable(
    `its schema ${fullName} is not part of the contract, and header ce_${what} is missing`,
  )
}
