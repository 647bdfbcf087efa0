import { definePlugin } from 'inventory-events'

/** Says on the log which trace its event came with. */
export default definePlugin({
  slug: 'traced',
  processEvent: (_event, { log, trace }) => log.info({ trace }, 'traced'),
})
