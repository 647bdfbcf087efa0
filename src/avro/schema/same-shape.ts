import type { TypeNode } from './type-node.ts'

/** Whether the same bytes mean the same in two schemas: docs, defaults and attributes don't count. */
export function isSameShape(a: TypeNode, b: TypeNode): boolean {
  return isSame(a, b, new Map())
}

function isSame(a: TypeNode, b: TypeNode, started: Map<TypeNode, TypeNode>): boolean {
  if (a.type !== b.type) return false
  switch (a.type) {
    case 'record': {
      const other = b as typeof a
      if (a.name !== other.name || a.fields.length !== other.fields.length) return false
      // A recursive type is compared once.
      const known = started.get(a)
      if (known !== undefined) return known === b
      started.set(a, b)
      return a.fields.every((field, i) => {
        const its = other.fields[i]
        return its?.name === field.name && isSame(field.type, its.type, started)
      })
    }
    case 'union': {
      const { branches } = b as typeof a
      return (
        a.branches.length === branches.length &&
        a.branches.every((branch, i) => isSame(branch, branches[i] as TypeNode, started))
      )
    }
    case 'array':
      return isSame(a.items, (b as typeof a).items, started)
    case 'map':
      return isSame(a.values, (b as typeof a).values, started)
    case 'enum': {
      const { name, symbols } = b as typeof a
      return a.name === name && a.symbols.join('\n') === symbols.join('\n')
    }
    case 'fixed': {
      const { name, size, logical } = b as typeof a
      return a.name === name && a.size === size && a.logical?.name === logical?.name
    }
    default:
      return a.logical?.name === (b as typeof a).logical?.name
  }
}
