import { definePlugin } from 'inventory-events'

/** Tries to change the event that other plugins get too. */
export default definePlugin({
  slug: 'mutates-the-event',
  processEvent(event) {
    // @ts-expect-error the compiler refuses it too
    event.id = 'changed'
    // @ts-expect-error also inside
    if (event.kind === 'inventory.moved') event.entity.name = 'changed'
  },
})
