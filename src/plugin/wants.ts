import { inspect } from 'node:util'
import type { Kinds } from '../event/kinds.ts'
import { createMeantName, knownNames } from '../event/meant-name.ts'
import { isNamedBy, prefixOf } from '../filter/wanted-names.ts'
import { didYouMean } from '../util/text/did-you-mean.ts'

/** Problems of a plugin's `wants`, such as `wants[0]: 'inventory.movd' is unknown, did you mean ...`. */
export function wantsProblems(kinds: Kinds, wants: readonly unknown[]): string[] {
  if (wants.length === 0) {
    return ['wants: expected at least one name (without wants, a plugin gets every event)']
  }
  return wants.flatMap((wanted, i) => {
    const problem = problemOf(kinds, wanted) ?? repetitionOf(wanted as string, i, wants)
    return problem === undefined ? [] : [`wants[${i}]: ${problem}`]
  })
}

function problemOf(kinds: Kinds, wanted: unknown): string | undefined {
  if (typeof wanted !== 'string' || wanted === '') {
    return `expected a name such as 'inventory.moved' or 'stockitem.*', got ${inspect(wanted, { depth: 0 })}`
  }
  if (wanted === '*') return "'*' is every event, which a plugin gets without wants"
  if (wanted.slice(0, -1).includes('*')) return `expected * only at the end, got '${wanted}'`
  const prefix = prefixOf(wanted)
  const meant = prefix === undefined ? createMeantName(kinds)(wanted) : meantPattern(kinds, prefix)
  if (meant === undefined) return undefined
  return `'${wanted}' is unknown, did you mean '${meant}'? Only a wantsProcessEvent can want it as it is`
}

/** The pattern of known names that is nearest to one that no known name fits. */
function meantPattern(kinds: Kinds, prefix: string): string | undefined {
  const known = knownNames(kinds)
  if (known.some((name) => name.startsWith(prefix))) return undefined
  const text = prefix.trim().toLowerCase()
  const meant = text.endsWith('.')
    ? didYouMean(text, firstParts(known))
    : createMeantName(kinds)(text)
  return meant && `${meant}*`
}

/** The names up to their first dot: `inventory.`, `stockitem.`. */
function firstParts(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => /^[^.]+\./.exec(name) ?? []))]
}

/** Why an entry adds nothing to the others. */
function repetitionOf(wanted: string, i: number, wants: readonly unknown[]): string | undefined {
  const other = wants.find((each, n) => {
    if (n === i || typeof each !== 'string') return false
    return each === wanted ? n < i : prefixOf(each) !== undefined && isNamedBy(each, wanted)
  })
  if (other === undefined) return undefined
  return other === wanted ? `'${wanted}' is there already` : `'${wanted}' is in '${other}' already`
}
