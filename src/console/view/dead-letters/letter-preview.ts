import type { LetterRow } from './letter-row.ts'

export const LETTER_ACTIONS = ['redrive', 'discard', 'restore'] as const

export type LetterAction = (typeof LETTER_ACTIONS)[number]

/** What an action would be done to. */
export interface LetterPreview {
  action: LetterAction
  token: string
  /** When the token ends. */
  endMs: number
  count: number
  /** Whether the number has to be typed. */
  isTyped: boolean
  /** Of the chosen ones, how many the action would not change. */
  unchanged: number
  refused: { count: number; examples: { place: string; why: string }[] }
  sums: PreviewSum[]
  /** The command that does the same. */
  command: string
}

export interface PreviewSum {
  plugin: string | null
  reason: string
  count: number
  /** What its plugin would do now; null if nothing stands in the way. */
  note: string | null
}

/** Chosen rows, sorted by what an action would do to them. */
export interface SortedRows {
  named: LetterRow[]
  refused: LetterRow[]
  unchanged: number
}

/** From this number on, it has to be typed. */
export const TYPED_ABOVE = 100
const EXAMPLES = 5
const COMMAND_PLACES = 5

const BEFORE: Record<LetterAction, LetterRow['status']> = {
  redrive: 'open',
  discard: 'open',
  restore: 'discarded',
}

export function sortRows(action: LetterAction, rows: readonly LetterRow[]): SortedRows {
  const changed = rows.filter(({ status }) => status === BEFORE[action])
  const isRefused = ({ refused }: LetterRow) => action === 'redrive' && refused !== null
  return {
    named: changed.filter((row) => !isRefused(row)),
    refused: changed.filter(isRefused),
    unchanged: rows.length - changed.length,
  }
}

export function describePreview(
  action: LetterAction,
  { named, refused, unchanged }: SortedRows,
  noteOf: (plugin: string) => string | null,
): Omit<LetterPreview, 'token' | 'endMs'> {
  return {
    ...{ action, count: named.length, isTyped: named.length > TYPED_ABOVE, unchanged },
    refused: {
      count: refused.length,
      examples: refused.slice(0, EXAMPLES).map(({ place, refused: why }) => ({
        place,
        why: why ?? '',
      })),
    },
    sums: sumsOf(named).map((sum) => ({
      ...sum,
      note: action === 'redrive' && sum.plugin !== null ? noteOf(sum.plugin) : null,
    })),
    command: commandOf(action, named),
  }
}

/** The most frequent plugins and reasons first. */
export function sumsOf(rows: readonly LetterRow[]): Omit<PreviewSum, 'note'>[] {
  const sums = new Map<string, Omit<PreviewSum, 'note'>>()
  for (const { plugin, reason } of rows) {
    const key = JSON.stringify([plugin, reason])
    const sum = sums.get(key) ?? { plugin, reason, count: 0 }
    sum.count += 1
    sums.set(key, sum)
  }
  return [...sums.values()].sort((a, b) => b.count - a.count)
}

function commandOf(action: LetterAction, named: readonly LetterRow[]): string {
  const places = named.slice(0, COMMAND_PLACES).map(({ place }) => place)
  const more = named.length - places.length
  const rest = more > 0 ? ` … (and ${more} more places)` : ''
  return `inventory-events dead-letters ${action} ${places.join(' ')}${rest}`
}
