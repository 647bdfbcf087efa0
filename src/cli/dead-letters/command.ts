import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Decision } from '../../dead-letter/decision.ts'
import type { DeadLetterReason } from '../../event/outcome.ts'
import type { LetterChoice } from '../../operate/dead-letters/letter-choice.ts'
import { didYouMean } from '../../util/text/did-you-mean.ts'
import { withAudit } from '../shared/audit.ts'
import { exitWhenWritten } from '../shared/output.ts'
import { positive, withRange } from '../shared/search-options.ts'
import type { DecideOptions } from './decide.ts'
import type { ListOptions } from './list.ts'
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
const PLACE_HELP = 'topic/partition@offset, as printed by "dead-letters list"'
const ID_HELP = 'only of the event with this id; may be repeated; needs the schema registry'

export function registerDeadLetters(program: Command): void {
  const deadLetters = program
    .command('dead-letters')
    .description('List, inspect, redrive, discard and restore the dead letters of KAFKA_TOPICS')
  withFilter(deadLetters.command('list'))
    .description('Print the open dead letters, oldest first: those neither redriven nor discarded')
    .option('--all', 'also those that were redriven or discarded')
    .option('--limit <n>', 'only the newest n', positive, LIST_LIMIT)
    .option('--json', 'print JSON')
    .action(async (options: ListOptions) => {
      const { listDeadLetters } = await import('./list.ts')
      await listDeadLetters(options)
      exitWhenWritten()
    })
  deadLetters
    .command('show')
    .description('Print a dead letter with its event')
    .argument('<place>', PLACE_HELP)
    .option('--json', 'print JSON')
    .action(async (place: string, options: { json?: true }) => {
      const { showDeadLetter } = await import('./show.ts')
      await showDeadLetter(place, options)
    })
  withFilter(deadLetters.command('export'))
    .description('Print all dead letters as JSON Lines with their bytes in base64')
    .action(async (options: LetterChoice) => {
      const { exportDeadLetters } = await import('./export.ts')
      await exportDeadLetters(options)
      exitWhenWritten()
    })
  registerRedrive(deadLetters)
  registerDecision('discard', deadLetters)
  registerDecision('restore', deadLetters)
}

function registerRedrive(deadLetters: Command): void {
  withAudit(withChoice(deadLetters.command('redrive')))
    .description(
      'Send dead letters of KAFKA_GROUP_ID back to their plugins; without --yes, only list them',
    )
    .argument('[place...]', PLACE_HELP)
    .option('--id <id>', ID_HELP, collect)
    .option('--yes', 'redrive them; without it, this is a dry run')
    .option('--rate <n>', 'the most dead letters per second', positive, RATE)
    .option('--json', 'print JSON')
    .action(async (places: string[], options: RedriveOptions) => {
      const { redriveDeadLetters } = await import('./redrive.ts')
      await redriveDeadLetters({ ...options, ...(places.length > 0 && { places }) })
      exitWhenWritten()
    })
}

const DECISIONS: Record<Decision['type'], string> = {
  discard:
    'Close dead letters of KAFKA_GROUP_ID without redriving them, with a reason; without --yes, only list them',
  restore:
    'Open discarded dead letters of KAFKA_GROUP_ID again, with a reason; without --yes, only list them',
}

function registerDecision(type: Decision['type'], deadLetters: Command): void {
  const command = deadLetters
    .command(type)
    .description(DECISIONS[type])
    .argument('[place...]', PLACE_HELP)
    .option('--id <id>', ID_HELP, collect)
    .option('--yes', `${type} them; without it, this is a dry run`)
  withAudit(command, { isWhyRequired: true }).action(
    async (places: string[], options: DecideOptions) => {
      const { decideDeadLetters } = await import('./decide.ts')
      await decideDeadLetters(type, { ...options, places })
      exitWhenWritten()
    },
  )
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
        // The choices are for completion and the help; the parser's message has a hint.
        new Option('--reason <reason>', 'only with this reason')
          .choices(Object.keys(REASONS))
          .argParser(reason),
      )
      .option('--kind <name>', 'only events of this kind or name; needs the schema registry'),
  )
}

function reasons(): string {
  return Object.keys(REASONS).join(', ')
}

function reason(text: string): string {
  if (Object.hasOwn(REASONS, text)) return text
  const meant = didYouMean(text, Object.keys(REASONS))
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  throw new InvalidArgumentError(`expected one of ${reasons()}${hint}`)
}

function collect(text: string, collected: string[] = []): string[] {
  return [...collected, text]
}
