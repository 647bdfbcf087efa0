import { readSituations, type Situations } from './situations.ts'

/** Prints the state of each plugin of PLUGINS, and of each that was ever switched. */
export async function printStates(): Promise<void> {
  const { connectionOf } = await import('../shared/connection.ts')
  const { config, kafka } = await connectionOf(process.env)
  const situations = await readSituations(kafka, config)
  for (const slug of situations.slugs) process.stdout.write(`${lineOf(slug, situations)}\n`)
  // A plugin may have opened handles that would keep the process alive.
  process.exit(0)
}

function lineOf(slug: string, { events, of }: Pick<Situations, 'events' | 'of'>): string {
  const { state, situation, by = '', at = '', why = '' } = of(slug)
  const shown = [
    state,
    ...(situation === 'catching-up' ? ['catching up'] : []),
    ...(events === 'off' ? ['events off'] : []),
  ]
  return [slug, shown.join(', '), by, at, why].join('\t')
}
