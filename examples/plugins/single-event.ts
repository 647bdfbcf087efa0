// Gets events of one kind. `wants` also gives the handler's event its type.
import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'single-event',
  title: 'Waste',
  wants: ['inventory.wasted'],
  processEvent(event, { log }) {
    log.info({ entityId: event.entityId, reason: event.reason ?? 'not given' }, 'wasted')
  },
})
