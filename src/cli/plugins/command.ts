import type { Command } from 'commander'
import { wholeNumber } from '../shared/whole-number.ts'
import type { CertifyOptions } from './certify.ts'
import type { CheckOptions } from './check.ts'
import { registerSwitches } from './switch.ts'

const ARGUMENT_HELP = 'files or packages (default: those of PLUGINS)'

export function registerPlugins(program: Command): void {
  const plugins = program.command('plugins').description('List, check and switch plugins')
  plugins
    .command('list')
    .description('Print the plugins that can be run')
    .argument('[plugin...]', ARGUMENT_HELP)
    .option('--states', 'print instead the state of each plugin, who set it, when and why')
    .action(async (named: string[], { states }: { states?: true }) => {
      if (states) await (await import('./states.ts')).printStates()
      else await (await import('./list.ts')).listPlugins(named)
    })
  plugins
    .command('check')
    .description('Load plugins and print the options of each, or its problems')
    .argument('[plugin...]', ARGUMENT_HELP)
    .option('--allow-unknown-kinds', 'accept filters for kinds or names that look mistyped')
    .action(async (named: string[], options: CheckOptions) => {
      const { checkPlugins } = await import('./check.ts')
      await checkPlugins(named, options)
    })
  plugins
    .command('certify')
    .description('Check in memory that crashes and duplicates leave the same as a run without them')
    .argument('<plugin>', 'a file or package')
    .option('--probe <file>', 'the module that exports probe() and reset() (default: the plugin)')
    .option(
      '--seed <n>',
      'another number makes other events and crashes',
      wholeNumber(0, 999_999),
      1,
    )
    .action(async (named: string, options: CertifyOptions) => {
      const { certifyPlugin } = await import('./certify.ts')
      await certifyPlugin(named, options)
    })
  registerSwitches(plugins)
}
