import { definePlugin, type PluginEvent, reject } from '../../../src/index.ts'

/** Notes events, rejects those that say so, and blocks the thread for those that say that. */
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
