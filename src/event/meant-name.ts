import { didYouMean } from '../util/text/did-you-mean.ts'
import { GENERIC_SUFFIXES, INVENTREE_EVENTS, TABLE } from './inventree-events.ts'
import { INVENTORY_KINDS } from './kinds.ts'

/** The known name that a name most likely stands for; undefined if it is known itself, or near none. */
export type MeantName = (name: string) => string | undefined

/** The names of events that this version knows. Others are allowed. */
export const KNOWN_NAMES: readonly string[] = [...INVENTORY_KINDS, ...INVENTREE_EVENTS]

const KNOWN = new Set(KNOWN_NAMES)
/** A longer name is far from all that are known; comparing it would only take time. */
const LENGTH_MAX = 64
const REMEMBERED_MAX = 1_000

/** Remembers some names: comparing one takes longer than publishing an event. */
export function createMeantName(): MeantName {
  const known = new Map<string, string | undefined>()
  return (name) => {
    if (KNOWN.has(name) || name.length > LENGTH_MAX) return undefined
    if (known.has(name)) return known.get(name)
    if (known.size >= REMEMBERED_MAX) known.clear()
    const meant = meantName(name)
    known.set(name, meant)
    return meant
  }
}

function meantName(name: string): string | undefined {
  const text = name.trim().toLowerCase()
  const meant = KNOWN.has(text) ? text : (nearOf(text, INVENTORY_KINDS) ?? inventreeName(text))
  return meant === name ? undefined : meant
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
