import type { PluginState } from '../control/control-record.ts'
import type { Switches } from '../control/switches.ts'
import type { Check } from '../observe/http.ts'
import type { Logger } from '../util/logger.ts'
import { fieldsOf } from './live-switches.ts'

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

/** Logs in one line how everything is switched, and who switched off or paused what, when and why. */
export function logSwitches(
  switches: Pick<Switches, 'eventsEnabled' | 'stateOf' | 'changesOf'>,
  slugs: readonly string[],
  log: Pick<Logger, 'info' | 'warn'>,
): void {
  const notes = describeSwitches(switches, slugs).filter(({ note }) => note !== undefined)
  if (notes.length === 0) {
    log.info({ plugins: slugs.length }, 'events are on, and every plugin is enabled')
    return
  }
  const isOff = ({ state }: { state: string }) => state !== 'on' && state !== 'enabled'
  const switched = switches.changesOf(slugs).filter(isOff).map(fieldsOf)
  const text = notes.map(({ name, note }) => `${name}: ${note}`).join('; ')
  log.warn({ plugins: slugs.length, switched }, text)
}

const OFF =
  'off: they are skipped and committed, and plugins never get them; `inventory-events events on` ends that'

function noteOf(state: PluginState, slugs: readonly string[], what: string): string | undefined {
  return slugs.length === 0 ? undefined : `${state}: ${slugs.join(', ')} (${what})`
}

function checkOf(name: string, note: string | undefined): Check {
  return note === undefined ? { name, ok: true } : { name, ok: true, note }
}
