import type { Clock } from '../../util/clock.ts'
import type { User } from '../access/roles.ts'
import { Download } from '../http/download.ts'
import { Refused } from '../http/route.ts'
import { expiryOf, groupLetters } from '../view/dead-letters/letter-groups.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'
import { chooseRows, type LetterPage, listedRow, pageOf } from '../view/dead-letters/letters.ts'
import { type ExportFormat, exportLines, FORMATS } from '../view/dead-letters/letters-export.ts'
import type { LettersOverview, LettersState } from '../view/dead-letters/letters-overview.ts'
import { filterFrom, textIn } from './filter-from.ts'
import type { FollowedLetters } from './followed-letters.ts'
import { sightOf } from './sight-of.ts'

type Query = Readonly<Record<string, unknown>>

const FRESH_MS = 4_000

/** The overview of now, or of a moment ago if nothing has changed: many viewers cost as much as one. */
export function overviews(
  letters: FollowedLetters,
  clock: Pick<Clock, 'now'>,
): (user: User) => LettersOverview {
  const last = new Map<
    boolean,
    { index: unknown; changes: number; atMs: number; view: LettersOverview }
  >()
  return (user) => {
    const { index } = letters
    const { hasMessages } = sightOf(user)
    const atMs = clock.now()
    const found = last.get(hasMessages)
    const isFresh = found !== undefined && atMs - found.atMs < FRESH_MS
    if (isFresh && found.index === index && found.changes === index.changes) {
      return { ...found.view, ...stateOf(letters) }
    }
    const view = lettersOverview(letters, user, atMs)
    last.set(hasMessages, { index, changes: index.changes, atMs, view })
    return view
  }
}

/** Those that are open, in groups. */
export function lettersOverview(
  letters: FollowedLetters,
  user: User,
  nowMs: number,
): LettersOverview {
  const open = [...letters.index.open()]
  const settled = { redriven: 0, discarded: 0 }
  for (const { status } of letters.index.settled()) if (status !== 'open') settled[status] += 1
  const retentionMsOf = (topic: string) => letters.retentionMsOf(topic)
  const { hasMessages } = sightOf(user)
  return {
    ...stateOf(letters),
    ...{ open: open.length, again: open.filter(({ redrives }) => redrives > 0).length, settled },
    oldestMs: least(open.map(({ atMs }) => atMs)),
    expiresMs: least(open.flatMap((row) => expiryOf(row, retentionMsOf) ?? [])),
    ...groupLetters(open, { nowMs, hasMessages, retentionMsOf }),
  }
}

function stateOf({ isRead, problem, index: { leftOut } }: FollowedLetters): LettersState {
  return { isRead, problem: problem ?? null, leftOut }
}

/** A page of those that fit a query. */
export function lettersPage(
  letters: FollowedLetters,
  query: Query,
  user: User,
): LettersState & LetterPage {
  const page = Number(textIn(query, 'page') ?? 1)
  if (!Number.isSafeInteger(page) || page < 1) throw new Refused(400, 'page: expected 1 or more')
  const rows = rowsOf(letters, query, user)
  const retentionMsOf = (topic: string) => letters.retentionMsOf(topic)
  return { ...stateOf(letters), ...pageOf(rows, page, sightOf(user), retentionMsOf) }
}

/** Those that fit a query, as a file. */
export function lettersExport(letters: FollowedLetters, query: Query, user: User): Download {
  const wanted = textIn(query, 'format') ?? 'jsonl'
  const format = FORMATS.find((each) => each === wanted)
  if (format === undefined) {
    throw new Refused(400, `format: expected one of ${FORMATS.join(', ')}`)
  }
  requireWhole(letters)
  const sight = sightOf(user)
  const retentionMsOf = (topic: string) => letters.retentionMsOf(topic)
  const rows = rowsOf(letters, query, user).map((row) => listedRow(row, sight, retentionMsOf))
  return new Download(`dead-letters.${format}`, TYPES[format], exportLines(rows, format))
}

/** While they can't be read, or are read, it is not known which are missing. */
export function requireRead({ isRead, problem }: FollowedLetters): void {
  if (problem !== undefined) throw new Refused(503, `not all dead letters can be read: ${problem}`)
  if (!isRead) throw new Refused(503, 'not all dead letters have been read yet')
}

/** A file says nothing of what it lacks. */
function requireWhole(letters: FollowedLetters): void {
  requireRead(letters)
  const { leftOut } = letters.index
  if (leftOut === 0) return
  const more = `${leftOut} more than are kept here`
  throw new Refused(
    409,
    `there are ${more}: "inventory-events dead-letters export" has all of them`,
  )
}

const TYPES: Record<ExportFormat, string> = {
  jsonl: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
}

function rowsOf({ index }: FollowedLetters, query: Query, user: User): LetterRow[] {
  const filter = filterFrom(query, user)
  const rows = filter.status === 'open' ? index.open() : index.settled()
  return chooseRows(rows, filter, sightOf(user))
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b))
}
