// Gets events of one kind. The filter also gives the handler's event its type.
import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'single-event',
  title: 'Waste',
  wantsProcessEvent: (name) => name === 'inventory.wasted',
  processEvent(event, { log }) {
    log.info({ entityId: event.entityId, reason: event.reason ?? 'not given' }, 'wasted')
  },
})
