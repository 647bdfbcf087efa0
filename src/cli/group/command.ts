import { type Command, InvalidArgumentError } from 'commander'
import { withAudit } from '../shared/audit.ts'
import { timeMs } from '../shared/search-options.ts'
import type { FailoverOptions } from './failover.ts'
import type { SplitOptions } from './split.ts'

const HELP = `
Both groups must be stopped, and the new one must not have existed. It gets the committed offsets, the marks,
what the plugins remember, and how they are switched; in the old group the plugins are disabled. KAFKA_TOPICS and IDEMPOTENCY_STORE
must be set as for both groups; KAFKA_GROUP_ID is not used. If it is interrupted, run it again: until it has
ended, the new group refuses to start.`

const FAILOVER_HELP = `
Run it in the cluster that was mirrored to by MirrorMaker 2, with the settings of the service, before the
service is started there, and after the mirror has ended. What was completed after the recovery point is
handled again; marks and states are those of that time. If it is interrupted, run it again.`

export function registerGroup(program: Command): void {
  const group = program.command('group').description('Divide a consumer group, or fail it over')
  const split = group
    .command('split')
    .description(
      'Move plugins to a new group that begins where theirs stands; without --yes, only show it',
    )
    .requiredOption('--from <group>', 'the group that has the plugins')
    .requiredOption('--to <group>', 'the new group')
    .requiredOption('--plugins <slugs>', 'the plugins to move, separated by commas', slugsIn)
  withAudit(split)
    .option('--yes', 'split it; without it, this is a dry run')
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (options: SplitOptions) => {
      const { splitGroup } = await import('./split.ts')
      await splitGroup(options)
    })
  const failover = group
    .command('failover')
    .description(
      'Take the group up in another cluster, as it was at a time; without --yes, only show it',
    )
    .requiredOption('--alias <name>', "the mirror's name for the cluster that the group was in")
    .requiredOption(
      '--recovery-point <time>',
      'everything was mirrored up to this time: RFC 3339, or how long ago (5m, 2h)',
      timeMs,
    )
  withAudit(failover)
    .option('--yes', 'do it; without it, this is a dry run')
    .option('--json', 'print JSON')
    .addHelpText('after', FAILOVER_HELP)
    .action(async (options: FailoverOptions) => {
      const { failOver } = await import('./failover.ts')
      await failOver(options)
    })
}

function slugsIn(text: string): string[] {
  const slugs = [...new Set(text.split(',').map((slug) => slug.trim()))]
  if (slugs.every((slug) => slug !== '')) return slugs
  throw new InvalidArgumentError('expected slugs, separated by commas')
}
