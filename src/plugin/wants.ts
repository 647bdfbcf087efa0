import { inspect } from 'node:util'
import { createMeantName, KNOWN_NAMES } from '../event/meant-name.ts'
import { isNamedBy, prefixOf } from '../filter/wanted-names.ts'
import { didYouMean } from '../util/text/did-you-mean.ts'

/** The known names up to their first dot: `inventory.`, `stockitem.`. */
const KNOWN_PREFIXES = [...new Set(KNOWN_NAMES.flatMap((name) => /^[^.]+\./.exec(name) ?? []))]

/** Problems of a plugin's `wants`, such as `wants[0]: 'inventory.movd' is unknown, did you mean ...`. */
export function wantsProblems(wants: readonly unknown[]): string[] {
  if (wants.length === 0) {
    return ['wants: expected at least one name (without wants, a plugin gets every event)']
  }
  return wants.flatMap((wanted, i) => {
    const problem = problemOf(wanted) ?? repetitionOf(wanted as string, i, wants)
    return problem === undefined ? [] : [`wants[${i}]: ${problem}`]
  })
}

function problemOf(wanted: unknown): string | undefined {
  if (typeof wanted !== 'string' || wanted === '') {
    return `expected a name such as 'inventory.moved' or 'stockitem.*', got ${inspect(wanted, { depth: 0 })}`
  }
  if (wanted === '*') return "'*' is every event, which a plugin gets without wants"
  if (wanted.slice(0, -1).includes('*')) return `expected * only at the end, got '${wanted}'`
  const prefix = prefixOf(wanted)
  const meant = prefix === undefined ? createMeantName()(wanted) : meantPattern(prefix)
  if (meant === undefined) return undefined
  return `'${wanted}' is unknown, did you mean '${meant}'? Only a wantsProcessEvent can want it as it is`
}

/** The pattern of known names that is nearest to one that no known name fits. */
function meantPattern(prefix: string): string | undefined {
  if (KNOWN_NAMES.some((name) => name.startsWith(prefix))) return undefined
  const text = prefix.trim().toLowerCase()
  const meant = text.endsWith('.') ? didYouMean(text, KNOWN_PREFIXES) : createMeantName()(text)
  return meant && `${meant}*`
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
