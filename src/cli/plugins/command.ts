import type { Command } from 'commander'
import { fieldsOf } from '../../filter/filter.ts'
import { describeProblem } from '../../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../../plugin/loaded-plugin.ts'
import { loadNamedOrConfigured } from '../shared/load-plugins.ts'
import { printStates } from './states.ts'
import { registerSwitches } from './switch.ts'

const ARGUMENT_HELP = 'files or packages (default: those of PLUGINS)'

export function registerPlugins(program: Command): void {
  const plugins = program.command('plugins').description('List, check and switch plugins')
  plugins
    .command('list')
    .description('Print the plugins that can be run, one per line')
    .argument('[plugin...]', ARGUMENT_HELP)
    .option('--states', 'print instead the state of each plugin, who set it, when and why')
    .action((named: string[], { states }: { states?: true }) =>
      states ? printStates() : print(named, briefly),
    )
  plugins
    .command('check')
    .description('Load plugins and print the options of each, or its problems')
    .argument('[plugin...]', ARGUMENT_HELP)
    .action((named: string[]) => print(named, fully))
  registerSwitches(plugins)
}

async function print(named: string[], describe: (plugin: LoadedPlugin) => string): Promise<void> {
  const { plugins, problems } = await loadNamedOrConfigured(named, process.env)
  for (const plugin of plugins) process.stdout.write(`${describe(plugin)}\n`)
  for (const problem of problems) process.stderr.write(`${describeProblem(problem)}\n`)
  // A plugin may have opened handles that would keep the process alive.
  process.exit(problems.length > 0 ? 1 : 0)
}

const STARTS = {
  committed: 'the committed offsets',
  now: 'now, if it is new to its group',
}

function briefly({ slug, title, file }: LoadedPlugin): string {
  return `${slug}\t${title}\t${file}`
}

function fully(plugin: LoadedPlugin): string {
  const { retry, timeoutMs, concurrency, onExhausted, startFrom } = plugin
  const byName =
    plugin.wantsProcessEvent === undefined ? 'every event' : 'events that wantsProcessEvent accepts'
  const fields = plugin.where === undefined ? [] : fieldsOf(plugin.where).map(({ text }) => text)
  const byFields = fields.length === 0 ? '' : `, filtered by ${[...new Set(fields)].join(', ')}`
  return [
    `${plugin.slug}: ok (${plugin.file})`,
    `  title        ${plugin.title}`,
    `  wants        ${byName}${byFields}`,
    `  attempts     ${retry.maxAttempts}, delays from ${retry.initialDelayMs} to ${retry.maxDelayMs} ms, then ${onExhausted}`,
    `  time limit   ${timeoutMs} ms`,
    `  concurrency  ${concurrency}`,
    `  starts from  ${STARTS[startFrom]}`,
  ].join('\n')
}
