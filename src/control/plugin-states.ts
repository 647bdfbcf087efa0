import type { ControlRecord, OnOff, PluginStart, PluginState } from './control-record.ts'

/** A plugin's state, and who set it, when and why if it was ever switched. */
export interface PluginStatus {
  state: PluginState
  by?: string
  at?: string
  why?: string
}

/**
 * The state of every switch by its newest record. If none switched events, EVENTS_ENABLED of each replica
 * applies, which a command does not know unless it is set for the command too.
 */
export function pluginStates(
  records: readonly ControlRecord[],
  eventsEnabled: boolean | undefined,
) {
  const events = records.find((record) => record.switch === 'events')
  return {
    events: events?.state ?? eventsByDefault(eventsEnabled),
    of(slug: string): PluginStatus {
      const found = records.find((record) => record.switch === 'plugin' && record.slug === slug)
      if (found?.switch !== 'plugin') return { state: 'enabled' }
      const { state, by, at, why } = found
      return { state, by, at, why }
    },
    startOf: (slug: string) =>
      records.find((each): each is PluginStart => each.switch === 'start' && each.slug === slug),
  }
}

export type PluginStates = ReturnType<typeof pluginStates>

function eventsByDefault(eventsEnabled: boolean | undefined): OnOff | 'unknown' {
  if (eventsEnabled === undefined) return 'unknown'
  return eventsEnabled ? 'on' : 'off'
}
