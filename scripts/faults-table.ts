// Generates the table of docs/faults.md from the results of the fault suite:
// node scripts/faults-table.ts results.json...
import { readFileSync, writeFileSync } from 'node:fs'
import type { TrialResult } from '../test/faults/trial.ts'

const PAGE = new URL('../docs/faults.md', import.meta.url)
const BETWEEN = /<!-- faults -->.*<!-- \/faults -->/s

if (process.argv[1] === import.meta.filename) {
  const results = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')))
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), results.flat()))
}

/** Returns the page with the table of these results and the notes of the faults. */
export function withTable(page: string, results: readonly TrialResult[]): string {
  if (!BETWEEN.test(page)) throw new Error('expected <!-- faults --> and <!-- /faults -->')
  const failed = results.filter(({ problems }) => problems.length > 0).map(({ name }) => name)
  if (failed.length > 0) throw new Error(`these have failed: ${failed.join(', ')}`)
  const lines = [...table(results), '', ...notes(results)].join('\n').trimEnd()
  return page.replace(BETWEEN, () => `<!-- faults -->\n${lines}\n<!-- /faults -->`)
}

function table(results: readonly TrialResult[]): string[] {
  const head = ['fault', 'runs', 'published', 'lost', 'duplicates', 'order breaks', 'longest pause']
  const byName = Map.groupBy(results, ({ name }) => name)
  const rows = [...byName].map(([name, runs]) => {
    const sum = (value: (run: TrialResult) => number) => runs.reduce((n, run) => n + value(run), 0)
    const pauseMs = Math.max(...runs.map(({ longestPauseMs }) => longestPauseMs))
    return [
      name,
      runs.length,
      sum(({ published }) => published),
      sum(({ lost }) => lost),
      sum(({ duplicates }) => duplicates),
      sum(({ orderBreaks }) => orderBreaks),
      `${(pauseMs / 1_000).toFixed(1)} s`,
    ]
  })
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
}

function notes(results: readonly TrialResult[]): string[] {
  return results.flatMap(({ name, notes }) => notes.map((note) => `- ${name}: ${note}`))
}
