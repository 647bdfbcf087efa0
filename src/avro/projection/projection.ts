import { type Path, valueAt } from '../../event/path.ts'
import { messageOf } from '../../util/errors.ts'
import { type AvroType, createTap } from '../types/avsc.ts'
import { startDepth } from '../types/nesting-limit.ts'
import { FRAME_BYTES, undecodable } from '../wire-format.ts'
import type { DecodeHints, Projection } from '../writer-schema.ts'
import { brief, type FieldPicker, recordPick } from './field-picker.ts'
import { branchOf } from './path-tree.ts'

/** Sets the slots of fields that the writer's schema does not have. */
type Complete = (slots: unknown[], hints: DecodeHints) => void

/** Without a `reader` the writer's fields are read as written. */
export function createProjection(
  paths: readonly Path[],
  writer: AvroType,
  reader: AvroType | undefined,
  complete: Complete,
): Projection {
  const pick = recordPick(branchOf(paths), { reader, writer, isOptional: false }, false)
  return function project(value, slots, hints = {}) {
    for (let i = 0; i < paths.length; i++) slots[i] = undefined
    read(value, pick, slots)
    complete(slots, hints)
  }
}

/** For events that are more than their Avro fields: decodes the event and looks up each path in it. */
export function projectDecoded(paths: readonly Path[], decode: (value: Buffer) => unknown) {
  return function project(value: Buffer, slots: unknown[]): void {
    const event = decode(value)
    for (const [i, path] of paths.entries()) slots[i] = brief(valueAt(event, path))
  }
}

/** The slots of the paths that consist of this field alone. */
export function slotsAt(paths: readonly Path[], name: string): number[] {
  return paths.flatMap((path, slot) => (path.length === 1 && path[0] === name ? [slot] : []))
}

/** Reading is synchronous, so one tap is enough. */
const tap = createTap()
const NOTHING = Buffer.alloc(0)

function read(value: Buffer, pick: FieldPicker, slots: unknown[]): void {
  startDepth()
  tap.buf = value
  tap.pos = FRAME_BYTES
  try {
    pick(tap, slots)
  } catch (error) {
    throw undecodable(`its bytes do not fit its schema: ${messageOf(error)}`, error)
  } finally {
    // The value is a view into a whole fetch response, which must not be kept alive.
    tap.buf = NOTHING
  }
  if (tap.pos > value.length) throw undecodable('its bytes do not fit its schema: truncated')
}
