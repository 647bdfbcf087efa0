import { definePlugin } from 'inventory-events'

/** Says on the log what it was given. */
export default definePlugin({
  slug: 'noting',
  processEvent: ({ id }, { log }) => log.info({ id }, 'noted'),
})
