import { expiryOf, type GroupOptions, groupIds } from './letter-groups.ts'
import type { LetterRow } from './letter-row.ts'

/** Which dead letters; an absent field matches all. */
export interface LetterFilter {
  status: LetterRow['status']
  group?: string
  plugin?: string
  reason?: string
  kind?: string
  entity?: string
  id?: string
}

/** A dead letter in a list; what its viewer may not see is null. */
export interface ListedRow
  extends Pick<
    LetterRow,
    | 'place'
    | 'atMs'
    | 'plugin'
    | 'reason'
    | 'errorType'
    | 'errorAt'
    | 'code'
    | 'kind'
    | 'id'
    | 'entity'
    | 'attempts'
    | 'redrives'
    | 'status'
    | 'settledMs'
    | 'by'
    | 'why'
    | 'refused'
  > {
  message: string | null
  expiresMs: number | null
}

/** What a role may see of a dead letter. */
export interface Sight {
  /** Keys of entities and ids of events. */
  hasIds: boolean
  /** Messages of errors, which may hold any content of events. */
  hasMessages: boolean
}

export interface LetterPage {
  rows: ListedRow[]
  total: number
  /** From 1. */
  page: number
  pages: number
}

export const PAGE_ROWS = 100

/** Those that fit, newest first. */
export function chooseRows(
  rows: Iterable<LetterRow>,
  filter: LetterFilter,
  { hasMessages }: Pick<Sight, 'hasMessages'>,
): LetterRow[] {
  const groupOf = groupIds(hasMessages)
  const { group, ...texts } = filter
  const names = Object.keys(texts) as Exclude<keyof LetterFilter, 'group'>[]
  const fits = (row: LetterRow) =>
    names.every((name) => row[name] === texts[name]) &&
    (group === undefined || groupOf(row) === group)
  return [...rows].filter(fits).sort((a, b) => b.atMs - a.atMs || (a.place < b.place ? -1 : 1))
}

export function pageOf(
  rows: readonly LetterRow[],
  page: number,
  sight: Sight,
  retentionMsOf: GroupOptions['retentionMsOf'],
): LetterPage {
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS))
  const shown = Math.min(page, pages)
  const these = rows.slice((shown - 1) * PAGE_ROWS, shown * PAGE_ROWS)
  return {
    rows: these.map((row) => listedRow(row, sight, retentionMsOf)),
    ...{ total: rows.length, page: shown, pages },
  }
}

export function listedRow(
  row: LetterRow,
  { hasIds, hasMessages }: Sight,
  retentionMsOf: GroupOptions['retentionMsOf'],
): ListedRow {
  const { place, atMs, plugin, reason, errorType, errorAt, code, kind } = row
  const { attempts, redrives, status, settledMs, by, why, refused } = row
  return {
    ...{ place, atMs, plugin, reason, errorType, errorAt, code, kind },
    ...{ attempts, redrives, status, settledMs, by, why, refused },
    id: hasIds ? row.id : null,
    entity: hasIds ? row.entity : null,
    message: hasMessages ? row.message : null,
    expiresMs: expiryOf(row, retentionMsOf),
  }
}
