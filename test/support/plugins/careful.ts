import { definePlugin, type PluginEvent, reject } from '../../../src/index.ts'

/** Records events, and rejects them or blocks the thread if they say so. */
export default definePlugin({
  slug: 'careful',
  processEvent(event, { log }) {
    const { how } = (event as PluginEvent).kwargs ?? {}
    if (how === 'reject') return reject('as it says')
    if (how === 'block') for (;;);
    log.info({ id: event.id }, 'noted')
    return undefined
  },
})
