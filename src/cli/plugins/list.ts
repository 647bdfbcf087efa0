import { describeProblem } from '../../plugin/load-plugins.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { printError, printTable } from '../shared/output.ts'
import { settingsHere } from '../shared/settings-here.ts'

/** Prints the plugins that can be run, and the problems of the others. */
export async function listPlugins(named: string[]): Promise<void> {
  const loaded = await loadNamedOrConfigured(named, process.env)
  const settings = await settingsHere(loaded, named, process.env)
  const problems = [...loaded.problems, ...settings.problems]
  const bad = new Set(settings.problems.map(({ slug }) => slug))
  const plugins = loaded.plugins.filter(({ slug }) => !bad.has(slug))
  const rows = plugins.map(({ slug, title, file }) => [slug, title, file])
  if (rows.length > 0) printTable({ columns: ['PLUGIN', 'TITLE', 'FILE'], rows })
  for (const problem of problems) printError(describeProblem(problem))
  for (const line of settings.unknown) printError(line)
  // A plugin may have opened handles that would keep the process alive.
  process.exit(problems.length + settings.unknown.length > 0 ? 1 : 0)
}
