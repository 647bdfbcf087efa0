import type { PluginState } from '../control/control-record.ts'
import type { Switches } from '../control/switches.ts'
import type { Check } from '../observe/http.ts'

/** The switches, for `/readyz` and the log. None makes a replica unready: it works as it was switched. */
export function describeSwitches(
  switches: Pick<Switches, 'eventsEnabled' | 'stateOf'>,
  slugs: readonly string[],
): Check[] {
  const inState = (state: PluginState) => slugs.filter((slug) => switches.stateOf(slug) === state)
  const notes = [
    noteOf('disabled', inState('disabled'), 'their events are skipped and committed'),
    noteOf('paused', inState('paused'), 'their events wait'),
  ].filter((note) => note !== undefined)
  return [
    checkOf('events', switches.eventsEnabled ? undefined : OFF),
    checkOf('plugins', notes.length === 0 ? undefined : notes.join('; ')),
  ]
}

const OFF =
  'off: they are skipped and committed, and plugins never get them; `inventory-events events on` ends that'

function noteOf(state: PluginState, slugs: readonly string[], what: string): string | undefined {
  return slugs.length === 0 ? undefined : `${state}: ${slugs.join(', ')} (${what})`
}

function checkOf(name: string, note: string | undefined): Check {
  return note === undefined ? { name, ok: true } : { name, ok: true, note }
}
