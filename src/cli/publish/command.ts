import type { Command } from 'commander'
import { DEFAULT_TOPICS } from '../../topics/event-topics.ts'
import { wholeNumber } from '../shared/whole-number.ts'
import type { PublishOptions } from './run.ts'

const HELP = `
FILE holds one JSON event a line; "-" or none reads standard input. Blank lines are skipped. A bad
line is named with its number on stderr; the others are published, and the exit code is 1.
A plugin event (a "name" and no "kind") without an id or a time is given both once, so publishing
the same file again makes new events of such lines.
If Kafka goes away for longer than the delivery time-out, or on Ctrl-C, the last line on stderr
tells from which line on to publish again.`

export function registerPublish(program: Command): void {
  program
    .command('publish')
    .description('Publish events from JSON Lines to Kafka')
    .argument('[file]', 'the file to read, or - for standard input', '-')
    .option('--rejects <file>', 'keep bad lines there, as they were read')
    .option('--inventory-topic <topic>', 'for events with a kind', DEFAULT_TOPICS.inventory)
    .option('--plugin-topic <topic>', 'for plugin events', DEFAULT_TOPICS.plugin)
    .option('--source <uri>', "who publishes: CloudEvents' source", '/inventory-events')
    .option('--max-line-bytes <n>', 'refuse longer lines', wholeNumber(1, 9_999_999_999), 4_194_304)
    .option(
      '--delivery-timeout-ms <n>',
      'how long to try while Kafka is away',
      wholeNumber(1, 9_999_999_999),
      120_000,
    )
    .addHelpText('after', HELP)
    .action(async (file: string, options: PublishOptions) => {
      const { runPublish } = await import('./run.ts')
      await runPublish(file, options)
    })
}
