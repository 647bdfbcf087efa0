import type { Command } from 'commander'
import { withAudit } from '../shared/audit.ts'
import { withRange } from '../shared/search-options.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { ReplayOptions } from './run.ts'

const RATE = 100

const HELP = `
Times are those of the records in Kafka, not of the events in them. The plugin is one of PLUGINS,
run in this process with the settings of "serve"; its dead letters are those of KAFKA_GROUP_ID.
Several processes with --resume share the work.`

export function registerReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('Hand past events to a plugin again; without --yes, say which')
    .requiredOption('--plugin <slug>', 'one of PLUGINS')
    .option('--kind <name>', 'only events of this kind or name')
  withAudit(withRange(command))
    .option('--yes', 'do it')
    .option(
      '--rate <n>',
      'at most so many a second in this process',
      wholeNumber(1, 999_999_999),
      RATE,
    )
    .option('--beside-live', 'though the group hands events to the plugin meanwhile')
    .option('--resume', 'go on with the one that was not finished')
    .option('--abandon', 'give up the one that was not finished')
    .addHelpText('after', HELP)
    .action(async (options: ReplayOptions) => {
      const { replay } = await import('./run.ts')
      await replay(options)
    })
}
