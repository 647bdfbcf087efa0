import type { TypeNode, UnionNode } from './type-node.ts'

/** Avro's type promotions: the writer's type, and what else it may be read as. */
const PROMOTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['int', ['long', 'float', 'double']],
  ['long', ['float', 'double']],
  ['float', ['double']],
  ['string', ['bytes']],
  ['bytes', ['string']],
])

type Branch = Exclude<TypeNode, UnionNode>

/**
 * Whether a reader's type matches a writer's by Avro's rules: named types by unqualified name. Fields,
 * items and symbols are not compared.
 */
export function matches(writer: Branch, reader: Branch): boolean {
  switch (writer.type) {
    case 'record':
    case 'enum':
      return reader.type === writer.type && shortName(reader.name) === shortName(writer.name)
    case 'fixed':
      return (
        reader.type === 'fixed' &&
        reader.size === writer.size &&
        shortName(reader.name) === shortName(writer.name)
      )
    default:
      return (
        reader.type === writer.type || (PROMOTIONS.get(writer.type)?.includes(reader.type) ?? false)
      )
  }
}

/** The reader's type for a writer's value: the type itself, or a union's first matching branch. */
export function matchingBranch(writer: Branch, reader: TypeNode): Branch | undefined {
  if (reader.type !== 'union') return matches(writer, reader) ? reader : undefined
  for (const branch of reader.branches) {
    const found = matchingBranch(writer, branch)
    if (found !== undefined) return found
  }
  return undefined
}

export function shortName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf('.') + 1)
}
