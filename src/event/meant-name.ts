import { didYouMean } from '../util/text/did-you-mean.ts'
import { GENERIC_SUFFIXES, INVENTREE_EVENTS, TABLE } from './inventree-events.ts'
import { type Kinds, kindNames } from './kinds.ts'

/** The known name that a name most likely stands for; undefined if it is known itself, or near none. */
export type MeantName = (name: string) => string | undefined

/** The names of events that are known. Others are allowed. */
export function knownNames(kinds: Kinds): readonly string[] {
  return [...kindNames(kinds), ...INVENTREE_EVENTS]
}

/** A longer name is far from all that are known; comparing it would only take time. */
const LENGTH_MAX = 64
const REMEMBERED_MAX = 1_000

/** Remembers some names: comparing one takes longer than publishing an event. */
export function createMeantName(kinds: Kinds): MeantName {
  const known = new Set(knownNames(kinds))
  const ofKinds = kindNames(kinds)
  const remembered = new Map<string, string | undefined>()

  function meantName(name: string): string | undefined {
    const text = name.trim().toLowerCase()
    const meant = known.has(text) ? text : (nearOf(text, ofKinds) ?? inventreeName(text))
    return meant === name ? undefined : meant
  }

  return (name) => {
    if (known.has(name) || name.length > LENGTH_MAX) return undefined
    if (remembered.has(name)) return remembered.get(name)
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    const meant = meantName(name)
    remembered.set(name, meant)
    return meant
  }
}

/**
 * Of names that are open, each part is compared by itself: `stockitem.saved` is far from
 * `stockitem.moved`, though only two of its letters differ.
 */
function inventreeName(name: string): string | undefined {
  return INVENTREE_EVENTS.find((known) => isNear(name, known)) ?? genericName(name)
}

function isNear(name: string, known: string): boolean {
  const parts = name.split('.')
  const knownParts = known.split('.')
  if (parts.length !== knownParts.length) return false
  return parts.every((part, n) => nearOf(part, [knownParts[n] as string]) !== undefined)
}

function genericName(name: string): string | undefined {
  const [table = '', suffix = '', ...more] = name.split('.')
  if (more.length > 0 || !TABLE.test(table)) return undefined
  const meant = nearOf(suffix, GENERIC_SUFFIXES)
  return meant && `${table}.${meant}`
}

/** A slip changes the length by one at most. Two letters more make another word: removed, restored. */
function nearOf(name: string, known: readonly string[]): string | undefined {
  return didYouMean(
    name,
    known.filter(({ length }) => Math.abs(length - name.length) <= 1),
  )
}
