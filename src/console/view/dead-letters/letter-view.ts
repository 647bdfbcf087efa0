import type { LetterRow } from './letter-row.ts'
import type { ListedRow } from './letters.ts'

/** One dead letter; what its viewer may not see is null. */
export interface LetterView {
  letter: ListedRow
  /** The place of the original record, whose event it is. */
  record: string | null
  /** The dead letters of the same record and plugin, oldest first. */
  history: HistoryRow[]
  /** What the event is; null for viewers. */
  content: LetterContent | null
  /** The error with its stack and causes, in lines. */
  stack: string[] | null
  /** The record's own headers. */
  headers: Record<string, unknown> | null
}

export type HistoryRow = Pick<
  LetterRow,
  'place' | 'atMs' | 'reason' | 'errorType' | 'redrives' | 'attempts' | 'status' | 'settledMs'
>

export type LetterContent =
  | { type: 'event'; schema: string; schemaId: number; event: unknown; masked: string[] }
  /** Why there is no event, and the bytes, in base64, for those who may see them. */
  | { type: 'none'; why: string; bytes: string | null }

/** What became of a record that a plugin failed on, each time. */
export function historyOf(row: LetterRow, rows: Iterable<LetterRow>): HistoryRow[] {
  const isSame = (other: LetterRow) =>
    other.place === row.place ||
    (row.origin !== undefined &&
      other.origin === row.origin &&
      other.topic === row.topic &&
      other.partition === row.partition &&
      other.plugin === row.plugin &&
      other.replay === row.replay)
  return [...rows]
    .filter(isSame)
    .sort((a, b) => a.redrives - b.redrives || a.atMs - b.atMs)
    .map(({ place, atMs, reason, errorType, redrives, attempts, status, settledMs }) => ({
      ...{ place, atMs, reason, errorType, redrives, attempts, status, settledMs },
    }))
}
