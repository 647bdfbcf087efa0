import type { Situation } from '../../control/commands.ts'
import { printError, printTable } from '../shared/output.ts'
import { readSituations, type Situations } from './situations.ts'

const EVENTS_UNKNOWN =
  'events: whether they are on is not known here: EVENTS_ENABLED of each replica applies, and it is not set for this command'

/** Prints the state of each plugin of PLUGINS, and of each that was ever switched. */
export async function printStates(): Promise<void> {
  const { connectionOf } = await import('../shared/connection.ts')
  const { config, kafka } = await connectionOf(process.env)
  const situations = await readSituations(kafka, config)
  const rows = situations.slugs.map((slug) => rowOf(slug, situations))
  if (rows.length > 0) printTable({ columns: ['PLUGIN', 'STATE', 'BY', 'AT', 'WHY'], rows })
  if (situations.events === 'unknown') printError(EVENTS_UNKNOWN)
  // A plugin may have opened handles that would keep the process alive.
  process.exit(0)
}

const ADDED: Partial<Record<Situation, string>> = {
  'catching-up': ', catching up',
  rebuilding: ', being rebuilt',
}

/** While events are off, a plugin gets none, whatever its own state. */
export function rowOf(slug: string, { events, of }: Pick<Situations, 'events' | 'of'>): string[] {
  const { state, situation, by = '', at = '', why = '' } = of(slug)
  const own = `${state}${ADDED[situation] ?? ''}`
  return [slug, events === 'off' ? `events off (else ${own})` : own, by, at, why]
}
