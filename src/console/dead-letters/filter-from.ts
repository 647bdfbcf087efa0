import { mayDo, type User } from '../access/roles.ts'
import { Refused } from '../http/route.ts'
import type { LetterRow } from '../view/dead-letters/letter-row.ts'
import type { LetterFilter } from '../view/dead-letters/letters.ts'

const STATUSES: Record<LetterRow['status'], true> = { open: true, discarded: true, redriven: true }
const NAMES = ['group', 'plugin', 'reason', 'kind', 'entity', 'id'] as const
/** Not for those who may not see them: what is found would show them. */
const IDS: readonly string[] = ['entity', 'id']
const TEXT_MAX = 1_024

/** Reads which dead letters are meant. Refused for other values, and for what the role may not search. */
export function filterFrom(source: Readonly<Record<string, unknown>>, user: User): LetterFilter {
  const status = textIn(source, 'status') ?? 'open'
  if (!isStatus(status)) throw new Refused(400, 'status: expected open, discarded or redriven')
  const filter: LetterFilter = { status }
  for (const name of NAMES) {
    const text = textIn(source, name)
    if (text === undefined) continue
    if (IDS.includes(name) && !mayDo(user, 'reader')) {
      throw new Refused(403, `${name}: only for the role reader`)
    }
    filter[name] = text
  }
  return filter
}

/** A text of a query or a body; undefined if it is absent or empty. */
export function textIn(
  source: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = source[name]
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string' && value.length <= TEXT_MAX) return value
  throw new Refused(400, `${name}: expected one text of at most ${TEXT_MAX} characters`)
}

function isStatus(text: string): text is LetterRow['status'] {
  return Object.hasOwn(STATUSES, text)
}
