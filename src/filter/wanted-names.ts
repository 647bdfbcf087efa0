import { type Kinds, kindNames } from '../event/kinds.ts'

/** The beginning of the names that a pattern stands for; undefined if it is a name. */
export function prefixOf(wanted: string): string | undefined {
  return wanted.endsWith('*') ? wanted.slice(0, -1) : undefined
}

/**
 * Whether a list of names and patterns has a name. It is called for every record, so that a list is
 * as fast as the function that an author would write.
 */
export function matcherOf(wants: readonly string[]): (name: string) => boolean {
  const prefixes = wants.flatMap((wanted) => prefixOf(wanted) ?? [])
  const names = new Set(wants.filter((wanted) => prefixOf(wanted) === undefined))
  const [only = ''] = names
  const [prefix = ''] = prefixes
  if (prefixes.length === 0) {
    return names.size === 1 ? (name) => name === only : (name) => names.has(name)
  }
  if (wants.length === 1) return (name) => name.startsWith(prefix)
  return (name) => names.has(name) || prefixes.some((each) => name.startsWith(each))
}

/** The first name or pattern of a list that has this name. */
export function wantedAs(wants: readonly string[], name: string): string | undefined {
  return wants.find((wanted) => isNamedBy(wanted, name))
}

/** Whether a list names known kinds only, so that no plugin event is wanted. */
export function areKinds(kinds: Kinds, wants: readonly string[]): boolean {
  return wants.every((wanted) => {
    const isPattern = kindNames(kinds).some((kind) => isNamedBy(wanted, kind))
    return kinds.has(wanted) || (isPattern && wanted.startsWith('inventory.'))
  })
}

/** Whether a name is this one, or begins as the pattern says. */
export function isNamedBy(wanted: string, name: string): boolean {
  const prefix = prefixOf(wanted)
  return prefix === undefined ? wanted === name : name.startsWith(prefix)
}
