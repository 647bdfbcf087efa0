import type { Command } from 'commander'
import { describeProblem } from '../../plugin/load-plugins.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { printError, printTable } from '../shared/output.ts'
import type { CheckOptions } from './check.ts'
import { printStates } from './states.ts'
import { registerSwitches } from './switch.ts'

const ARGUMENT_HELP = 'files or packages (default: those of PLUGINS)'

export function registerPlugins(program: Command): void {
  const plugins = program.command('plugins').description('List, check and switch plugins')
  plugins
    .command('list')
    .description('Print the plugins that can be run')
    .argument('[plugin...]', ARGUMENT_HELP)
    .option('--states', 'print instead the state of each plugin, who set it, when and why')
    .action((named: string[], { states }: { states?: true }) =>
      states ? printStates() : list(named),
    )
  plugins
    .command('check')
    .description('Load plugins and print the options of each, or its problems')
    .argument('[plugin...]', ARGUMENT_HELP)
    .option('--allow-unknown-kinds', 'accept filters for kinds or names that look mistyped')
    .action(async (named: string[], options: CheckOptions) => {
      const { checkPlugins } = await import('./check.ts')
      await checkPlugins(named, options)
    })
  registerSwitches(plugins)
}

async function list(named: string[]): Promise<void> {
  const { plugins, problems } = await loadNamedOrConfigured(named, process.env)
  const rows = plugins.map(({ slug, title, file }) => [slug, title, file])
  if (rows.length > 0) printTable({ columns: ['PLUGIN', 'TITLE', 'FILE'], rows })
  for (const problem of problems) printError(describeProblem(problem))
  // A plugin may have opened handles that would keep the process alive.
  process.exit(problems.length > 0 ? 1 : 0)
}
