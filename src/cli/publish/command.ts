import type { Command } from 'commander'
import { DEFAULT_TOPICS } from '../../topics/event-topics.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { PublishOptions } from './run.ts'

const HELP = `
FILE holds one JSON event per line; "-" or no FILE reads standard input. Blank lines are skipped. Bad
lines are reported on stderr with their numbers; the others are published, and the exit code is 1.
An event whose kind or name is nearly a known one is bad, unless --allow-unknown-kinds is given.
A plugin event (a "name" and no "kind") without an id or a time gets new ones, so publishing the
same file again creates new events for such lines.
If Kafka is unavailable for longer than the delivery timeout, or on Ctrl-C, the last line on stderr
says from which line to resume.`

export function registerPublish(program: Command): void {
  program
    .command('publish')
    .description('Publish events from JSON Lines to Kafka')
    .argument('[file]', 'the file to read, or - for standard input', '-')
    .option('--rejects <file>', 'write bad lines to this file, unchanged')
    .option('--allow-unknown-kinds', 'publish events whose kind or name looks mistyped')
    .option('--inventory-topic <topic>', 'topic for events with a kind', DEFAULT_TOPICS.inventory)
    .option('--plugin-topic <topic>', 'topic for plugin events', DEFAULT_TOPICS.plugin)
    .option('--source <uri>', 'the CloudEvents source of the events', '/inventory-events')
    .option('--max-line-bytes <n>', 'reject longer lines', wholeNumber(1, 9_999_999_999), 4_194_304)
    .option(
      '--delivery-timeout-ms <n>',
      'how long to retry while Kafka is unavailable, in milliseconds',
      wholeNumber(1, 9_999_999_999),
      120_000,
    )
    .addHelpText('after', HELP)
    .action(async (file: string, options: PublishOptions) => {
      const { runPublish } = await import('./run.ts')
      await runPublish(file, options)
    })
}
