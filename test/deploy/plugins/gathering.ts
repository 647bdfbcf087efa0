import { definePlugin } from 'inventory-events'

/** Takes every event, a few at a time. */
export default definePlugin({
  slug: 'gathering',
  batch: { maxEvents: 10, maxWaitMs: 50 },
  processEvents() {},
})
