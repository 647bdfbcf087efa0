import type { Event } from '../../event/event.ts'
import type { JsonObject } from '../../event/json.ts'
import type { Path } from '../../event/path.ts'
import { leadingFields } from '../projection/leading-fields.ts'
import { createProjection, slotsAt } from '../projection/projection.ts'
import type { RecordNode } from '../schema/type-node.ts'
import { contentReader, shownReader } from '../types/compile-reader.ts'
import { undecodable } from '../wire-format.ts'
import type { DecodeHints, WriterSchema } from '../writer-schema.ts'
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
    peek(value) {
      const id = leading?.(value).id
      return { name: undefined, id: id?.start === id?.end ? undefined : id }
    },
    decode: (value, hints = {}) =>
      asUnknown(fullName, readPayload(value, readShown, maxBytes), hints),
    projection: (paths) => createProjection(paths, writer, undefined, completion(paths)),
    // Records with the same fields but different schemas are different content.
    decodeAsWritten: (value) => ({
      record: fullName,
      fields: readPayload(value, readContent, maxBytes),
    }),
  }
}

/** Every event has an id, a kind and a time: from the payload where it has them as text. */
function asUnknown(fullName: string, fields: JsonObject, hints: DecodeHints): Event {
  const event = {
    ...fields,
    id: textOf(fields.id) ?? required('id', fullName, hints.id),
    kind: required('type', fullName, hints.name),
    time: textOf(fields.time) ?? required('time', fullName, hints.time),
  }
  return assertId(event) as unknown as Event
}

/** As above, for the slots of those fields. */
function completion(paths: readonly Path[]) {
  const [ids, kinds, times] = [slotsAt(paths, 'id'), slotsAt(paths, 'kind'), slotsAt(paths, 'time')]
  return (slots: unknown[], hints: DecodeHints) => {
    for (const slot of ids) slots[slot] = textOf(slots[slot]) ?? (hints.id || undefined)
    for (const slot of kinds) slots[slot] = hints.name || undefined
    for (const slot of times) slots[slot] = textOf(slots[slot]) ?? (hints.time || undefined)
  }
}

function textOf(field: unknown): string | undefined {
  return typeof field === 'string' && field !== '' ? field : undefined
}

function required(what: 'id' | 'type' | 'time', fullName: string, hint: string | undefined) {
  if (hint) return hint
  throw undecodable(
    `its schema ${fullName} is not part of the contract, and header ce_${what} is missing`,
  )
}
