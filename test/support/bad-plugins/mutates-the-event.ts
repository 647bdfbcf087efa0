import { definePlugin } from 'inventory-events'

/** Tries to change the event that other plugins get too. */
export default definePlugin({
  slug: 'mutates-the-event',
  processEvent(event) {
    event.id = 'changed'
    if (event.kind === 'inventory.moved') event.entity.name = 'changed'
  },
})
