import { definePlugin } from 'inventory-events'

/** Changes what other plugins are given too, if it is allowed to. */
export default definePlugin({
  slug: 'mutates-the-event',
  processEvent(event) {
    event.id = 'changed'
    if (event.kind === 'inventory.moved') event.entity.name = 'changed'
  },
})
