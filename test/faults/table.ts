import type { TrialResult } from './trial.ts'

const COLUMNS: readonly [string, (result: TrialResult) => string][] = [
  ['fault', ({ name }) => name],
  ['seconds', ({ seconds }) => String(seconds)],
  ['published', ({ published }) => String(published)],
  ['lost', ({ lost }) => String(lost)],
  ['removed', ({ removed }) => String(removed)],
  ['duplicates', ({ duplicates }) => String(duplicates)],
  ['order breaks', ({ orderBreaks }) => String(orderBreaks)],
  ['longest pause', ({ longestPauseMs }) => `${(longestPauseMs / 1_000).toFixed(1)} s`],
  ['verdict', ({ problems }) => (problems.length === 0 ? 'ok' : 'FAILED')],
]

export function formatTable(results: readonly TrialResult[]): string {
  const rows = [
    COLUMNS.map(([title]) => title),
    ...results.map((result) => COLUMNS.map(([, show]) => show(result))),
  ]
  return alignColumns(rows)
}

/** Lines with the first column flush left, the others flush right. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  '),
  )
  return `${lines.join('\n')}\n`
}
