import type { Tap } from '../binary/avsc.ts'
import { startDecoding } from '../binary/decode-limits.ts'
import { closeTap, failure, openTap } from '../binary/tap.ts'
import { readText, skipBytes } from '../binary/text.ts'
import type { RecordNode, TypeNode } from '../schema/type-node.ts'
import { inTurn } from '../types/generate.ts'
import { skipOf } from '../types/skip.ts'
import type { Span } from '../writer-schema.ts'

/** Valid until the next value is read. */
export interface Leading {
  /** Empty if the value has another branch of a union in its place. */
  readonly id: Span
  /** Undefined if no `nameField` was given. */
  readonly name: string | undefined
}

type Step = (tap: Tap) => void

/**
 * Creates a reader that locates the id in a framed value, which is a range of bytes, reads the name if
 * `nameField` is given, and stops there. Undefined if the writer's record lacks one of these fields as a string. The
 * reader throws RECORD_UNDECODABLE.
 */
export function leadingFields(
  nameField: string | undefined,
  { fields }: RecordNode,
): ((bytes: Buffer, start: number, end: number) => Leading) | undefined {
  const id = { start: 0, end: 0 }
  const leading: { id: Span; name: string | undefined } = { id, name: undefined }
  const wanted: Record<string, Step> = { id: (tap) => putSpan(tap, id) }
  if (nameField !== undefined) {
    wanted[nameField] = (tap) => {
      leading.name = readText(tap)
    }
  }
  const steps = fields.map(({ name, type }) => {
    const step = Object.hasOwn(wanted, name) ? wanted[name] : undefined
    return step && stringStep(type, step)
  })
  const count = steps.filter((step) => step !== undefined).length
  if (count < Object.keys(wanted).length) return undefined
  const end = steps.findLastIndex((step) => step !== undefined) + 1
  const read = inTurn(fields.slice(0, end).map(({ type }, i) => steps[i] ?? skipOf(type)))
  return (bytes, start, end) => {
    id.start = 0
    id.end = 0
    leading.name = undefined
    readLeading(bytes, start, end, read)
    return leading
  }
}

function readLeading(bytes: Buffer, start: number, end: number, read: Step): void {
  startDecoding(Number.POSITIVE_INFINITY)
  let readTo: number
  try {
    const tap = openTap(bytes, start)
    read(tap)
    readTo = tap.pos
  } catch (error) {
    throw failure(error)
  } finally {
    closeTap()
  }
  // What lies behind the value may be read until then.
  if (readTo > end) throw failure(new Error('truncated'))
}

/** Locates a string instead of reading it: most ids are only compared, so no string is allocated. */
function putSpan(tap: Tap, span: { start: number; end: number }): void {
  const length = tap.readLong()
  span.start = tap.pos
  span.end = skipBytes(tap, length)
}

/** Takes the step if the value is a string; undefined if it never is. */
function stringStep(type: TypeNode, step: Step): Step | undefined {
  if (type.type === 'string') return step
  if (type.type !== 'union' || type.branches.every((branch) => branch.type !== 'string')) {
    return undefined
  }
  const steps = type.branches.map((branch) => (branch.type === 'string' ? step : skipOf(branch)))
  return (tap) => {
    const index = tap.readLong()
    const branch = steps[index]
    if (branch === undefined) throw new Error(`a union has no branch ${index}`)
    branch(tap)
  }
}
