import { type Command, Option } from 'commander'
import { positive, withRange } from '../shared/search-options.ts'
import type { DeadLetterOptions } from './options.ts'
import type { RedriveOptions } from './redrive.ts'

const REASONS = ['exhausted', 'rejected', 'conflict', 'filter', 'undecodable', 'too-large']
const LIST_LIMIT = 1_000
const RATE = 100

export function registerDeadLetters(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('See to the events that were given up, in the dead-letter topics of KAFKA_TOPICS')
  withFilter(letters.command('list'))
    .description('Print them, one a line, oldest first')
    .option('--limit <n>', 'only the newest so many', positive, LIST_LIMIT)
    .action(async (options: DeadLetterOptions) => {
      const { listDeadLetters } = await import('./list.ts')
      await listDeadLetters(options)
    })
  letters
    .command('show')
    .description('Print one of them with its event, as JSON')
    .argument('<place>', 'topic/partition@offset, as "dead-letters list" prints it')
    .action(async (place: string) => {
      const { showDeadLetter } = await import('./show.ts')
      await showDeadLetter(place)
    })
  withFilter(letters.command('export'))
    .description('Print them as JSON Lines with their bytes in base64')
    .action(async (options: DeadLetterOptions) => {
      const { exportDeadLetters } = await import('./export.ts')
      await exportDeadLetters(options)
    })
  withChoice(letters.command('redrive'))
    .description(
      'Hand those of KAFKA_GROUP_ID to their plugins once more; without --yes, say which',
    )
    .option('--yes', 'do it')
    .option('--rate <n>', 'at most so many a second', positive, RATE)
    .action(async (options: RedriveOptions) => {
      const { redriveDeadLetters } = await import('./redrive.ts')
      await redriveDeadLetters(options)
    })
}

/** The options that choose dead letters. */
export function withFilter(command: Command): Command {
  return withChoice(command).option('--group <id>', 'given up by this consumer group')
}

function withChoice(command: Command): Command {
  return withRange(
    command
      .option('--plugin <slug>', 'of this plugin; "*" stands for bytes that hold no event')
      .addOption(new Option('--reason <reason>', 'given up for this reason').choices(REASONS))
      .option('--kind <name>', 'only events of this kind or name; asks the schema registry'),
  )
}
