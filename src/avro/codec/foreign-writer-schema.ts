import type { Event } from '../../event/event.ts'
import type { JsonObject } from '../../event/json.ts'
import type { Path } from '../../event/path.ts'
import { leadingFields } from '../projection/leading-fields.ts'
import { createProjection, slotsAt } from '../projection/projection.ts'
import type { AvroType } from '../types/avsc.ts'
import { undecodable } from '../wire-format.ts'
import type { DecodeHints, WriterSchema } from '../writer-schema.ts'
import { assertId, readPayload } from './read-payload.ts'

/** A record schema outside the contract: its records become events of unknown kind. */
export function foreignWriterSchema(fullName: string, writer: AvroType): WriterSchema {
  const leading = leadingFields(fullName, undefined, writer)
  return {
    fullName,
    unreadable: undefined,
    peek(value) {
      const id = leading?.(value).id
      return { name: undefined, id: id?.start === id?.end ? undefined : id }
    },
    decode: (value, hints = {}) => asUnknown(fullName, readPayload(value, writer), hints),
    projection: (paths) => createProjection(paths, writer, undefined, completion(paths)),
    // Records with the same fields but different schemas are different content.
    decodeAsWritten: (value) => ({ record: fullName, fields: readPayload(value, writer) }),
  }
}

/** Id and time come from the payload if it has them as text, otherwise from the hints; the kind always from the hints. */
function asUnknown(fullName: string, fields: JsonObject, hints: DecodeHints): Event {
  const event = {
    ...fields,
    id: textOf(fields.id) ?? required('id', fullName, hints.id),
    kind: required('type', fullName, hints.name),
    time: textOf(fields.time) ?? required('time', fullName, hints.time),
  }
  return assertId(event) as unknown as Event
}

/** The same as `asUnknown`, for projections. */
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
