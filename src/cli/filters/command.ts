import type { Command } from 'commander'
import { withRange } from '../shared/search-options.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { BacktestFlags } from './backtest.ts'

const HELP = `
Reads KAFKA_TOPICS beside the service: no handler is called, and nothing is committed. An error of a
filter is a result, as the service would dead-letter that event: the exit code is 0. On Ctrl-C it
prints what it has counted so far, and the exit code is 130.
FILE is a plugin's module, or a .json file with a filter or a list of filters, which takes the place
of the plugin's "where". PLUGIN_FILTERS holds for both.`

export function registerFilters(program: Command): void {
  const filters = program.command('filters').description("Try plugins' filters")
  const backtest = filters
    .command('backtest')
    .description("Run a plugin's filters over past events: what they match, and what that costs")
    .requiredOption('--plugin <slug>', 'one of PLUGINS')
    .option('--against <file>', 'also: what a changed filter would gain and lose')
    .option('--examples <n>', 'so many of each sort and name', wholeNumber(0, 100), 3)
    .option('--json', 'as JSON')
  withRange(backtest, { isFromRequired: true })
    .addHelpText('after', HELP)
    .action(async (flags: BacktestFlags) => {
      const { printBacktest } = await import('./backtest.ts')
      await printBacktest(flags)
    })
}
