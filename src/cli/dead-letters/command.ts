import { type Command, Option } from 'commander'
import type { DeadLetterReason } from '../../event/outcome.ts'
import { positive, withRange } from '../shared/search-options.ts'
import type { DeadLetterOptions } from './options.ts'
import type { RedriveOptions } from './redrive.ts'

/** Typed so that the compiler refuses a missing or an unknown reason. */
const REASONS: Record<DeadLetterReason, true> = {
  exhausted: true,
  rejected: true,
  conflict: true,
  filter: true,
  undecodable: true,
  'too-large': true,
  retention: true,
}
const LIST_LIMIT = 1_000
const RATE = 100

export function registerDeadLetters(program: Command): void {
  const deadLetters = program
    .command('dead-letters')
    .description('Inspect and redrive the dead letters of KAFKA_TOPICS')
  withFilter(deadLetters.command('list'))
    .description('Print dead letters, one per line, oldest first')
    .option('--limit <n>', 'only the newest n', positive, LIST_LIMIT)
    .action(async (options: DeadLetterOptions) => {
      const { listDeadLetters } = await import('./list.ts')
      await listDeadLetters(options)
    })
  deadLetters
    .command('show')
    .description('Print a dead letter with its event as JSON')
    .argument('<place>', 'topic/partition@offset, as printed by "dead-letters list"')
    .action(async (place: string) => {
      const { showDeadLetter } = await import('./show.ts')
      await showDeadLetter(place)
    })
  withFilter(deadLetters.command('export'))
    .description('Print dead letters as JSON Lines with their bytes in base64')
    .action(async (options: DeadLetterOptions) => {
      const { exportDeadLetters } = await import('./export.ts')
      await exportDeadLetters(options)
    })
  withChoice(deadLetters.command('redrive'))
    .description(
      'Send dead letters of KAFKA_GROUP_ID back to their plugins; without --yes, only list them',
    )
    .option('--yes', 'redrive them; without it, this is a dry run')
    .option('--rate <n>', 'the most dead letters per second', positive, RATE)
    .action(async (options: RedriveOptions) => {
      const { redriveDeadLetters } = await import('./redrive.ts')
      await redriveDeadLetters(options)
    })
}

/** Adds the options that select dead letters. */
export function withFilter(command: Command): Command {
  return withChoice(command).option('--group <id>', 'only of this consumer group')
}

function withChoice(command: Command): Command {
  return withRange(
    command
      .option('--plugin <slug>', 'only of this plugin; "*" selects undecodable records')
      .addOption(
        new Option('--reason <reason>', 'only with this reason').choices(Object.keys(REASONS)),
      )
      .option('--kind <name>', 'only events of this kind or name; needs the schema registry'),
  )
}
