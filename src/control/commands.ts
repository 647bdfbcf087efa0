import type { PluginState } from './control-record.ts'

/** The state of a plugin as far as commands depend on it. */
export type Situation =
  | PluginState
  /** `enable --from` was started and has not ended; until then the plugin is disabled or paused. */
  | 'catching-up'
  /** The same for `replay --rebuild`. */
  | 'rebuilding'
  /** No plugin of the group has this slug. */
  | 'unknown'

export type SwitchCommand = 'pause' | 'resume' | 'enable' | 'enable --from' | 'disable'

export type Answer =
  | { type: 'set'; state: PluginState }
  | { type: 'unchanged' }
  /** The events that the plugin missed are delivered first. */
  | { type: 'catch-up' }
  | { type: 'refused'; why(slug: string): string }

/**
 * What each command does to a plugin in each situation. A command ends only what its counterpart
 * started: `resume` a pause, `enable` the disabled state. Otherwise it would skip events, or deliver
 * some that are held, without anyone asking for that.
 */
export const ANSWERS: Record<SwitchCommand, Record<Situation, Answer>> = {
  pause: {
    enabled: set('paused'),
    paused: { type: 'unchanged' },
    disabled: refused(
      (slug) => `${slug} is disabled: its events are skipped and none can wait; enable it first`,
    ),
    'catching-up': refused(isCatchingUp),
    rebuilding: refused(isRebuilding),
    unknown: refused(isUnknown),
  },
  resume: {
    enabled: { type: 'unchanged' },
    paused: set('enabled'),
    disabled: refused(
      (slug) =>
        `${slug} is disabled, not paused: "plugins enable ${slug}" delivers events from now on, ` +
        `"plugins enable ${slug} --from TIME" also those that it missed`,
    ),
    'catching-up': refused(isCatchingUp),
    rebuilding: refused(isRebuilding),
    unknown: refused(isUnknown),
  },
  enable: {
    enabled: { type: 'unchanged' },
    paused: refused(
      (slug) =>
        `${slug} is paused, not disabled: "plugins resume ${slug}" delivers the events that wait`,
    ),
    disabled: set('enabled'),
    'catching-up': refused(isCatchingUp),
    rebuilding: refused(isRebuilding),
    unknown: refused(isUnknown),
  },
  'enable --from': {
    enabled: refused(
      (slug) =>
        `--from: expected a disabled plugin, but ${slug} is enabled: it misses no events; ` +
        '"replay" delivers past events again',
    ),
    paused: refused(
      (slug) =>
        `--from: expected a disabled plugin, but ${slug} is paused: "plugins resume ${slug}" ` +
        'delivers the events that wait',
    ),
    disabled: { type: 'catch-up' },
    'catching-up': { type: 'catch-up' },
    rebuilding: refused(isRebuilding),
    unknown: refused(isUnknown),
  },
  disable: {
    enabled: set('disabled'),
    paused: set('disabled'),
    disabled: { type: 'unchanged' },
    // The command that delivers the events notices it, and ends.
    'catching-up': set('disabled'),
    rebuilding: set('disabled'),
    unknown: refused(isUnknown),
  },
}

function set(state: PluginState): Answer {
  return { type: 'set', state }
}

function refused(why: (slug: string) => string): Answer {
  return { type: 'refused', why }
}

function isCatchingUp(slug: string): string {
  return (
    `${slug} is catching up on missed events: "plugins enable ${slug} --from TIME --yes" continues, ` +
    `"replay --plugin ${slug} --abandon" cancels it and leaves the plugin disabled`
  )
}

function isRebuilding(slug: string): string {
  return (
    `the state of ${slug} is being rebuilt: "replay --plugin ${slug} --rebuild --resume" continues, ` +
    `"replay --plugin ${slug} --abandon" cancels it and leaves the plugin disabled`
  )
}

function isUnknown(slug: string): string {
  return `no plugin of PLUGINS has the slug ${slug}, and none with it was ever switched`
}
