import { timeText } from '../../../event/time/timestamp.ts'
import { csvLine } from '../../../util/text/csv.ts'
import type { ListedRow } from './letters.ts'

export const FORMATS = ['jsonl', 'csv'] as const

export type ExportFormat = (typeof FORMATS)[number]

type Value = string | number | null

/** A line for each dead letter, with what the viewer of these rows may see; CSV has a header. */
export function* exportLines(rows: Iterable<ListedRow>, format: ExportFormat): Iterable<string> {
  if (format === 'csv') yield csvLine(Object.keys(fieldsOf(EMPTY)))
  for (const row of rows) {
    const fields = fieldsOf(row)
    yield format === 'csv' ? csvLine(Object.values(fields)) : `${JSON.stringify(fields)}\n`
  }
}

function fieldsOf(row: ListedRow): Record<string, Value> {
  return {
    place: row.place,
    time: timeOf(row.atMs),
    status: row.status,
    plugin: row.plugin,
    reason: row.reason,
    kind: row.kind,
    id: row.id,
    entity: row.entity,
    errorType: row.errorType,
    errorAt: row.errorAt,
    code: row.code,
    message: row.message,
    attempts: row.attempts,
    redrives: row.redrives,
    settled: timeOf(row.settledMs),
    by: row.by,
    why: row.why,
    expires: timeOf(row.expiresMs),
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : timeText(ms)
}

const EMPTY: ListedRow = {
  ...{ place: '', atMs: 0, status: 'open', plugin: null, reason: '', kind: null, id: null },
  ...{ entity: null, errorType: null, errorAt: null, code: null, message: null, attempts: 0 },
  ...{ redrives: 0, settledMs: null, by: null, why: null, expiresMs: null, refused: null },
}
