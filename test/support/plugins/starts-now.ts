import { definePlugin } from 'inventory-events'

/** Skips the backlog if it is new to the group. */
export default definePlugin({
  slug: 'starts-now',
  startFrom: 'now',
  processEvent: ({ id }, { log }) => log.info({ id }, 'noted'),
})
