import { definePlugin } from 'inventory-events'

/** Logs each event. */
export default definePlugin({
  slug: 'noting',
  processEvent: ({ id }, { log }) => log.info({ id }, 'noted'),
})
