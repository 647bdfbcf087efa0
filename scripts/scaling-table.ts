// Generates the tables of docs/scaling.md from the results of the scaling test:
// node scripts/scaling-table.ts results.json
import { readFileSync, writeFileSync } from 'node:fs'
import {
  changesTable,
  type Results,
  requestsTable,
  type Table,
  throughputTable,
  verdictText,
} from '../test/scaling/tables.ts'

const PAGE = new URL('../docs/scaling.md', import.meta.url)
const BETWEEN = /<!-- scaling -->.*<!-- \/scaling -->/s

if (process.argv[1] === import.meta.filename) {
  const [, , file] = process.argv
  if (file === undefined) throw new Error('expected a results file')
  writeTables(JSON.parse(readFileSync(file, 'utf8')))
}

export function writeTables(results: Results): void {
  writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8'), results))
}

/** Returns the page with the tables of these results. */
export function withTables(page: string, results: Results): string {
  const { machine, throughput, requests, changes, verdict, problems } = results
  if (!BETWEEN.test(page)) throw new Error('expected <!-- scaling --> and <!-- /scaling -->')
  if (problems.length > 0) throw new Error(`the run has failed: ${problems.join('; ')}`)
  const parts = [
    machine,
    markdown(throughputTable(throughput)),
    markdown(requestsTable(requests)),
    markdown(changesTable(changes)),
    verdictText(verdict),
  ]
  return page.replace(BETWEEN, () => `<!-- scaling -->\n${parts.join('\n\n')}\n<!-- /scaling -->`)
}

function markdown([titles = [], ...rows]: Table): string {
  const lines = [titles, titles.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
