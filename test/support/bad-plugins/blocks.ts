import { definePlugin, type PluginEvent } from '../../../src/index.ts'

/** Blocks the thread as the event says: in the first tick, in a later one, or for some milliseconds. */
export default definePlugin({
  slug: 'blocks',
  async processEvent(event, { log }) {
    const { how, ms } = (event as PluginEvent).kwargs
    if (how === 'for ever') for (;;);
    if (how === 'later') {
      await new Promise((resolve) => setTimeout(resolve, 10))
      for (;;) await null
    }
    const endMs = Date.now() + Number(ms ?? 0)
    while (Date.now() < endMs);
    log.info({ id: event.id }, 'handled')
  },
})
