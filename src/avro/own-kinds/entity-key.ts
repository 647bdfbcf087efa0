import type { Path } from '../../event/path.ts'
import type { FieldRule, RecordShape } from '../../event/validation/shapes.ts'
import { nearest } from '../../util/text/did-you-mean.ts'
import { labelOf, type RecordNode, type TypeNode } from '../schema/type-node.ts'

/** The field at a path that runs through records alone; undefined if there is none. */
export function fieldAt(record: RecordNode, path: Path): TypeNode | undefined {
  let node: TypeNode | undefined = record
  for (const segment of path) {
    if (node?.type !== 'record') return undefined
    node = node.fields.find(({ name }) => name === segment)?.type
  }
  return node
}

/** Why a record has no such key; undefined if it has. */
export function entityKeyProblem(record: RecordNode, text: string): string | undefined {
  const node = fieldAt(record, text.split('.'))
  if (node === undefined) {
    const meant = nearest(text, pathsIn(record, ''))
    const hint = meant === undefined ? '' : `, did you mean ${meant}?`
    return `expected the path of a field, got ${JSON.stringify(text)}, which ${record.name} does not have${hint}`
  }
  if (isKey(node)) return undefined
  return `expected a field of type string, int or long, got ${text}, which is ${labelOf(node)}`
}

function isKey(node: TypeNode): boolean {
  if (node.type === 'string') return true
  return (node.type === 'int' || node.type === 'long') && node.logical === undefined
}

function pathsIn({ fields }: RecordNode, prefix: string): string[] {
  return fields.flatMap(({ name, type }) =>
    type.type === 'record' ? pathsIn(type, `${prefix}${name}.`) : [`${prefix}${name}`],
  )
}

/**
 * The shape in which the field at a path is required, whatever default it has, and is an id if it is
 * text: other fields may be left out, but this one keys or joins events.
 */
export function withIdAt(shape: RecordShape, [field, ...rest]: Path): RecordShape {
  const known = shape[field as string] as FieldRule
  const rule = typeof known === 'object' && 'optional' in known ? known.optional : known
  const isRecord = typeof rule === 'object' && 'record' in rule
  const inner = isRecord ? { record: withIdAt(rule.record, rest) } : rule
  return { ...shape, [field as string]: inner === 'string' ? 'id' : inner }
}
