import { definePlugin, type PluginEvent } from '../../../src/index.ts'

/** Throws for events that say so, and for no other. */
export default definePlugin({
  slug: 'trips',
  retry: { maxAttempts: 2, initialDelayMs: 10 },
  processEvent(event) {
    const { how } = (event as PluginEvent).kwargs ?? {}
    if (how === 'throw') throw new RangeError('what the event held')
  },
})
