import type { TypeNode, UnionNode } from './type-node.ts'

/** What Avro reads a type as, beside itself. */
const PROMOTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['int', ['long', 'float', 'double']],
  ['long', ['float', 'double']],
  ['float', ['double']],
  ['string', ['bytes']],
  ['bytes', ['string']],
])

type Branch = Exclude<TypeNode, UnionNode>

/**
 * Whether a reader takes a writer's value for one of its own type, by Avro's rules: named types by
 * their unqualified names. What is inside of the two is not compared.
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

/** The type that a reader takes a writer's value for: of a union the first branch that matches. */
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
