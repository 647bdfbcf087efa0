import { describeProblem } from '../../plugin/load-plugins.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { printError, printTable } from '../shared/output.ts'

/** Prints the plugins that can be run, and the problems of the others. */
export async function listPlugins(named: string[]): Promise<void> {
  const { plugins, problems } = await loadNamedOrConfigured(named, process.env)
  const rows = plugins.map(({ slug, title, file }) => [slug, title, file])
  if (rows.length > 0) printTable({ columns: ['PLUGIN', 'TITLE', 'FILE'], rows })
  for (const problem of problems) printError(describeProblem(problem))
  // A plugin may have opened handles that would keep the process alive.
  process.exit(problems.length > 0 ? 1 : 0)
}
