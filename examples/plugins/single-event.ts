// Takes one event by its name. The filter is also what types the event.
import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'single-event',
  title: 'Waste',
  wantsProcessEvent: (name) => name === 'inventory.wasted',
  processEvent(event, { log }) {
    log.info({ entityId: event.entityId, reason: event.reason ?? 'not given' }, 'wasted')
  },
})
