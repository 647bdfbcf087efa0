import type { Command } from 'commander'
import { loadConfig } from '../config/load-config.ts'
import type { Environment } from '../config/read-settings.ts'
import { InventoryEventsError } from '../event/errors.ts'
import { describeProblem, loadPlugins } from '../plugin/load-plugins.ts'
import type { LoadedPlugin } from '../plugin/loaded-plugin.ts'
import { defaultsFrom, offersSql } from '../plugin/loaded-plugin.ts'

const ARGUMENT_HELP = 'files or packages; without any, those of PLUGINS'

export function registerPlugins(program: Command): void {
  const plugins = program.command('plugins').description('Look at plugins')
  plugins
    .command('list')
    .description('Print the plugins that can be run, one a line')
    .argument('[plugin...]', ARGUMENT_HELP)
    .action((named: string[]) => print(named, briefly))
  plugins
    .command('check')
    .description('Load plugins and print what each asks for, or what is wrong with it')
    .argument('[plugin...]', ARGUMENT_HELP)
    .action((named: string[]) => print(named, fully))
}

async function print(named: string[], describe: (plugin: LoadedPlugin) => string): Promise<void> {
  const { plugins, problems } = await loadNamed(named, process.env)
  for (const plugin of plugins) process.stdout.write(`${describe(plugin)}\n`)
  for (const problem of problems) process.stderr.write(`${describeProblem(problem)}\n`)
  // A plugin may have opened what would keep the process alive.
  process.exit(problems.length > 0 ? 1 : 0)
}

async function loadNamed(named: string[], env: Environment) {
  const config = loadConfig(env)
  const specifiers = named.length > 0 ? named : config.PLUGINS
  if (specifiers === undefined) {
    throw new InventoryEventsError('USAGE', 'no plugin is named: set PLUGINS or name some')
  }
  return loadPlugins(specifiers, {
    cwd: process.cwd(),
    defaults: defaultsFrom(config),
    offersSql: offersSql(config),
  })
}

function briefly({ slug, title, file }: LoadedPlugin): string {
  return `${slug}\t${title}\t${file}`
}

function fully(plugin: LoadedPlugin): string {
  const { retry, timeoutMs, concurrency, onExhausted } = plugin
  const filter = plugin.wantsProcessEvent === undefined ? 'every event' : 'events by its own filter'
  return [
    `${plugin.slug}: ok (${plugin.file})`,
    `  title        ${plugin.title}`,
    `  wants        ${filter}`,
    `  attempts     ${retry.maxAttempts}, ${retry.initialDelayMs} to ${retry.maxDelayMs} ms apart, then ${onExhausted}`,
    `  time limit   ${timeoutMs} ms`,
    `  concurrency  ${concurrency}`,
  ].join('\n')
}
