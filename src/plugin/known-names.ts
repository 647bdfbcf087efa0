import type { Kinds } from '../event/kinds.ts'
import { createMeantName, knownNames } from '../event/meant-name.ts'
import { mayMatch } from '../filter/may-match.ts'
import { failureOf } from '../util/failure/failure-of.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

export interface Misspelled {
  name: string
  meant: string
}

type Filters = Pick<LoadedPlugin, 'wantsProcessEvent' | 'where'>

/** Which of the known names a plugin's filters accept, whatever else an event holds. */
export function acceptedNames(plugin: Filters, names: readonly string[]): string[] {
  return names.filter((name) => accepts(plugin, name) === true)
}

/** The known names for which the filters fail, each with its error. */
export function failingNames(kinds: Kinds, plugin: Filters): { name: string; error: string }[] {
  return knownNames(kinds).flatMap((name) => {
    const accepted = accepts(plugin, name)
    return typeof accepted === 'boolean' ? [] : [{ name, error: accepted.error }]
  })
}

/**
 * Words of a plugin's source that are nearly known names, and that its filters accept though they
 * decline what was probably meant: no event will ever have such a name.
 */
export function misspelledNames(kinds: Kinds, plugin: Filters, source: string): Misspelled[] {
  const meantName = createMeantName(kinds)
  const words = new Set(source.split(/["'`\n]/))
  return [...words].flatMap((name) => {
    const meant = meantName(name)
    if (meant === undefined || accepts(plugin, meant) !== false) return []
    return accepts(plugin, name) === true ? [{ name, meant }] : []
  })
}

function accepts({ wantsProcessEvent, where }: Filters, name: string): boolean | { error: string } {
  try {
    const isNamed: unknown = wantsProcessEvent === undefined || wantsProcessEvent(name)
    if (typeof isNamed !== 'boolean')
      return { error: `expected true or false, got ${typeof isNamed}` }
    return isNamed && (where === undefined || mayMatch(where, name))
  } catch (error) {
    return { error: failureOf(error).message }
  }
}
