import { type Path, valueAt } from '../../event/path.ts'
import { startDecoding } from '../binary/decode-limits.ts'
import { closeTap, failure, openTap } from '../binary/tap.ts'
import type { RecordNode } from '../schema/type-node.ts'
import type { DecodeHints, Projection } from '../writer-schema.ts'
import { brief, type FieldPicker, recordPick } from './field-picker.ts'
import { branchOf } from './path-tree.ts'

/** Sets the slots of fields that the writer's schema does not have. */
type Complete = (slots: unknown[], hints: DecodeHints) => void

/** Without a `reader` the writer's fields are read as written. */
export function createProjection(
  paths: readonly Path[],
  writer: RecordNode,
  reader: RecordNode | undefined,
  complete: Complete,
): Projection {
  const pick = recordPick(branchOf(paths), writer, reader, false)
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

function read(value: Buffer, pick: FieldPicker, slots: unknown[]): void {
  // Only scalars are read, and none is much larger than the value.
  startDecoding(Number.POSITIVE_INFINITY)
  let end: number
  try {
    const tap = openTap(value)
    pick(tap, slots)
    end = tap.pos
  } catch (error) {
    throw failure(error)
  } finally {
    closeTap()
  }
  if (end > value.length) throw failure(new Error('truncated'))
}
