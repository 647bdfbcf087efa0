import type { Event } from '../../../src/event/event.ts'
import type { PluginContext } from '../../../src/plugin/plugin.ts'

/** One call of a handler, as the process of the service reports it. */
export interface Call {
  plugin: string
  id: string
  attempt: number
  partition: number
  offset: number
  key: string | null
  /** The event as JSON text, which keeps keys such as `__proto__`. */
  event: string
}

/** Reports a call to the process that plays the cases. */
export function report(plugin: string, event: Event, { attempt, record }: PluginContext): void {
  const { partition, offset, key } = record
  const call: Call = {
    plugin,
    id: event.id,
    attempt,
    partition,
    offset,
    key,
    event: JSON.stringify(event),
  }
  process.send?.({ type: 'call', call })
}
