import type { Event } from '../../src/event/event.ts'
import type { Plugin } from '../../src/plugin/plugin.ts'

/** A plugin that records its events: every event or those of one name. */
export function recorder(only?: string, slug = 'recorder') {
  const seen: Event[] = []
  const plugin: Plugin = {
    slug,
    wantsProcessEvent: (name) => only === undefined || name === only,
    processEvent: (event) => void seen.push(event),
  }
  return { plugin, seen, ids: () => seen.map(({ id }) => id) }
}
