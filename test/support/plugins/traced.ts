import { definePlugin } from 'inventory-events'

/** Logs the trace of each event. */
export default definePlugin({
  slug: 'traced',
  processEvent: (_event, { log, trace }) => log.info({ trace }, 'traced'),
})
