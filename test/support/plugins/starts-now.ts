import { definePlugin } from 'inventory-events'

/** Leaves the backlog out where it is new. */
export default definePlugin({
  slug: 'starts-now',
  startFrom: 'now',
  processEvent: ({ id }, { log }) => log.info({ id }, 'noted'),
})
