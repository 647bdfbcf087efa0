import { type Command, InvalidArgumentError } from 'commander'
import { withAudit } from '../shared/audit.ts'
import { exitWhenWritten } from '../shared/output.ts'
import { positive } from '../shared/search-options.ts'
import type { ListOptions } from './list.ts'
import type { ResetOptions } from './reset.ts'

const PLUGIN_HELP = 'the slug of the plugin'
const KEY_HELP = "the record's key, which is the id of the entity"
const LIST_LIMIT = 1_000

const HELP = `
What is remembered is read where IDEMPOTENCY_STORE keeps it, as far as it is committed; the service need not be running.`

const RESET_HELP = `
The entities start again from what "initial" returns; events that were completed are not handled again.
With the store kafka, all replicas must be stopped, because they hold what they remember in memory. With postgres they
may run: what a handler makes of the old state meanwhile is refused, and it is called again.`

export function registerState(program: Command): void {
  const state = program
    .command('state')
    .description('Look at what plugins remember of entities (context.state), and reset it')
  state
    .command('list')
    .description('Print what a plugin remembers, an entity a line')
    .argument('<plugin>', PLUGIN_HELP)
    .option('--limit <n>', 'only n of the entities', positive, LIST_LIMIT)
    .option('--json', 'print JSON')
    .addHelpText('after', HELP)
    .action(async (plugin: string, options: ListOptions) => {
      const { listStates } = await import('./list.ts')
      await listStates(plugin, options)
      exitWhenWritten()
    })
  state
    .command('get')
    .description('Print what a plugin remembers of an entity')
    .argument('<plugin>', PLUGIN_HELP)
    .argument('<key>', KEY_HELP, notEmpty)
    .option('--json', 'print JSON')
    .addHelpText('after', `${HELP}\nThe exit code is 1 if nothing is remembered.`)
    .action(async (plugin: string, key: string, options: { json?: true }) => {
      const { getState } = await import('./get.ts')
      await getState(plugin, key, options)
      exitWhenWritten()
    })
  state
    .command('export')
    .description('Print all that a plugin remembers as JSON Lines')
    .argument('<plugin>', PLUGIN_HELP)
    .addHelpText('after', HELP)
    .action(async (plugin: string) => {
      const { exportStates } = await import('./export.ts')
      await exportStates(plugin)
      exitWhenWritten()
    })
  const reset = state
    .command('reset')
    .description(
      'Make a plugin forget an entity, or all of them; without --yes, only say what it remembers',
    )
    .argument('<plugin>', PLUGIN_HELP)
    .argument('[key]', `${KEY_HELP}; without it, all entities`, notEmpty)
    .option('--yes', 'forget it; without it, this is a dry run')
    .addHelpText('after', RESET_HELP)
  withAudit(reset).action(
    async (plugin: string, key: string | undefined, options: ResetOptions) => {
      const { resetStates } = await import('./reset.ts')
      await resetStates(plugin, key, options)
      exitWhenWritten()
    },
  )
}

function notEmpty(key: string): string {
  if (key === '') throw new InvalidArgumentError('expected a key, got an empty text')
  return key
}
