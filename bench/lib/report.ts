import type { CaseResult, Finding } from './bench.ts'
import type { Row, Spread } from './statistics.ts'

export interface CaseReport extends CaseResult {
  name: string
  title: string
}

const FINDING_HEAD = ['comparison', 'measured', 'to reach', 'verdict']

export type Verdict = 'reached' | 'not reached' | 'reported'

export function verdictOf({ value, atLeast, atMost }: Finding): Verdict {
  if (atLeast === undefined && atMost === undefined) return 'reported'
  return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity)
    ? 'reached'
    : 'not reached'
}

/** Whether the quick form checks this number. */
export function isJudged({ quickAtLeast, quickAtMost }: Finding): boolean {
  return quickAtLeast !== undefined || quickAtMost !== undefined
}

/** Whether the number is within the limits of the quick form; NaN never is. */
export function isNear({ value, quickAtLeast, quickAtMost }: Finding): boolean {
  return value >= (quickAtLeast ?? -Infinity) && value <= (quickAtMost ?? Infinity)
}

/** A case as Markdown: the contenders, then the comparisons. */
export function markdown({ name, title, rows, findings, notes = [] }: CaseReport): string {
  return [
    `### ${name}: ${title}`,
    ...(rows.length > 0 ? ['', ...rowsTable(rows)] : []),
    ...(findings.length > 0 ? ['', ...findingsTable(findings)] : []),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${note}`)] : []),
  ].join('\n')
}

/** All numbers with a target, of all cases. */
export function summary(reports: readonly CaseReport[]): string {
  const rows = reports.flatMap(({ name, findings }) =>
    findings
      .filter((finding) => verdictOf(finding) !== 'reported')
      .map((finding) => [name, ...cellsOf(finding)]),
  )
  return table(['case', ...FINDING_HEAD], rows).join('\n')
}

function rowsTable(rows: readonly Row[]): string[] {
  const head = ['contender', 'records', 'records/s', 'CPU µs a record', 'peak MiB']
  return table(
    head,
    rows.map(({ contender, records, perSecond, cpuMicros, peakMiB }) => [
      contender,
      records.toLocaleString('en'),
      spread(perSecond, 0),
      spread(cpuMicros, 2),
      spread(peakMiB, 0),
    ]),
  )
}

function findingsTable(findings: readonly Finding[]): string[] {
  return table(FINDING_HEAD, findings.map(cellsOf))
}

function cellsOf(finding: Finding): string[] {
  const { what, value, unit } = finding
  return [what, figure(value, unit), targetOf(finding), verdictOf(finding)]
}

function targetOf({ atLeast, atMost, unit }: Finding): string {
  if (atLeast !== undefined) return `≥ ${figure(atLeast, unit)}`
  return atMost === undefined ? '' : `≤ ${figure(atMost, unit)}`
}

function figure(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return `${format(value, digits)} ${unit}`
}

/** The median, with minimum and maximum. */
function spread({ median, least, most }: Spread, digits: number): string {
  const range = least === most ? '' : ` (${format(least, digits)} to ${format(most, digits)})`
  return `${format(median, digits)}${range}`
}

function format(value: number, digits: number): string {
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

function table(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}
