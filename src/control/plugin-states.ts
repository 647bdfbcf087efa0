import type { ControlRecord, PluginStart, PluginState } from './control-record.ts'

/** A plugin's state, and who set it, when and why if it was ever switched. */
export interface PluginStatus {
  state: PluginState
  by?: string
  at?: string
  why?: string
}

/** The state of every switch by its newest record; `eventsEnabled` applies if no record sets it. */
export function pluginStates(records: readonly ControlRecord[], eventsEnabled: boolean) {
  const events = records.find((record) => record.switch === 'events')
  return {
    events: events?.state ?? (eventsEnabled ? ('on' as const) : ('off' as const)),
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
