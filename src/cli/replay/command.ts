import type { Command } from 'commander'
import { withAudit } from '../shared/audit.ts'
import { withRange } from '../shared/search-options.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { ReplayOptions } from './run.ts'

const RATE = 100

const HELP = `
Times are record timestamps in Kafka, not event times. The plugin runs in this process: PLUGINS, and
what plugins read from the environment, must be set as for "serve". Its dead letters belong to
KAFKA_GROUP_ID.
Several processes with --resume share the work.`

export function registerReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('Deliver past events to a plugin again; without --yes, only list them')
    .requiredOption('--plugin <slug>', 'a plugin of PLUGINS')
    .option('--kind <name>', 'only events of this kind or name')
  withAudit(withRange(command))
    .option('--yes', 'replay them; without it, this is a dry run')
    .option(
      '--rate <n>',
      'the most events per second in this process',
      wholeNumber(1, 999_999_999),
      RATE,
    )
    .option('--beside-live', 'allow it while the group delivers live events to the plugin')
    .option(
      '--rebuild',
      'of a disabled plugin with state: replace what it remembers by what these events make of it, and enable it where they end',
    )
    .option('--resume', 'resume an unfinished replay')
    .option('--abandon', 'cancel an unfinished replay')
    .addHelpText('after', HELP)
    .action(async (options: ReplayOptions) => {
      if (options.rebuild && !options.abandon) {
        const { rebuild } = await import('./rebuild.ts')
        return rebuild(options)
      }
      const { replay } = await import('./run.ts')
      return replay(options)
    })
}
