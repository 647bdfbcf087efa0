import { type Counts, NO_COUNTS } from '../replicas/counts.ts'
import { type Check, figure } from './check.ts'

const COLUMNS = [
  ['wanted', 'wanted'],
  ['processed', 'processed'],
  ['duplicate', 'duplicate'],
  ['retried', 'retried'],
  ['dead-lettered', 'deadLettered'],
] as const satisfies readonly (readonly [string, keyof Counts])[]

/** The counts of each plugin, one per row; records without a readable name come last. */
export function formatTable(slugs: readonly string[], counts: ReadonlyMap<string, Counts>): string {
  const rows = [
    ['plugin', ...COLUMNS.map(([title]) => title)],
    ...slugs.map((slug) => rowOf(slug, counts.get(slug) ?? NO_COUNTS)),
    ...(counts.has('*') ? [rowOf('(unreadable)', counts.get('*')!)] : []),
  ]
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row.map((cell, column) => padded(cell, column, widths)).join('  '),
  )
  return lines.join('\n')
}

export function formatChecks(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks
    .map(({ name, ok, detail }) => `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${detail}`)
    .join('\n')
}

function rowOf(name: string, counts: Counts): string[] {
  return [name, ...COLUMNS.map(([, column]) => figure(counts[column]))]
}

function padded(cell: string, column: number, widths: readonly number[]): string {
  return column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
}
