import { type Command, InvalidArgumentError } from 'commander'
import { withRange } from '../shared/search-options.ts'
import type { ExplainOptions } from './run.ts'

export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('Explain where an event is, and what each plugin of PLUGINS did with it')
    .argument('<event-id>', 'the id of the event', notEmpty)
    .option('--json', 'print JSON')
  withRange(command)
    .addHelpText(
      'after',
      '\nReads KAFKA_TOPICS, their dead letters and the idempotency store; the service need not be running.\nThe exit code is 1 if nothing is found.',
    )
    .action(async (id: string, options: ExplainOptions) => {
      const { printExplanation } = await import('./run.ts')
      await printExplanation(id, options)
    })
}

/** An empty id would match every record. */
function notEmpty(id: string): string {
  if (id === '') throw new InvalidArgumentError('expected an id, got an empty text')
  return id
}
