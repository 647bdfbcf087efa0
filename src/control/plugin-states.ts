import type { ControlRecord, PluginStart, PluginState } from './control-record.ts'

/** How a plugin is switched, and by whom if it ever was. */
export interface PluginStatus {
  state: PluginState
  by?: string
  at?: string
  why?: string
}

/** How all stands by the newest record of each switch; `eventsEnabled` counts where none says. */
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
