import type { Command } from 'commander'
import { withRange } from '../shared/search-options.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { BacktestFlags } from './backtest.ts'

const HELP = `
Reads KAFKA_TOPICS without affecting the service: calls no handler and commits nothing. It loads the
plugin: PLUGINS, and what plugins read from the environment, must be set as for "serve". Filter errors
are counted as a result, since the service would dead-letter those events; the exit code is still 0.
On Ctrl-C it prints the counts so far, and the exit code is 130.
FILE is a plugin module, or a .json file with a filter or a list of filters that replaces the
plugin's "where". PLUGIN_FILTERS applies to both.`

export function registerFilters(program: Command): void {
  const filters = program.command('filters').description("Test plugins' filters")
  const backtest = filters
    .command('backtest')
    .description("Run a plugin's filters over past events; report matches and CPU cost")
    .requiredOption('--plugin <slug>', 'a plugin of PLUGINS')
    .option('--against <file>', 'compare with a changed filter: events gained and lost')
    .option('--examples <n>', 'the number of examples per group', wholeNumber(0, 100), 3)
    .option('--json', 'print JSON')
  withRange(backtest, { isFromRequired: true })
    .addHelpText('after', HELP)
    .action(async (flags: BacktestFlags) => {
      const { printBacktest } = await import('./backtest.ts')
      await printBacktest(flags)
    })
}
