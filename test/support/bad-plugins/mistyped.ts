import { definePlugin } from 'inventory-events'

const kinds = ['inventory.movd', 'inventory.wasted', 'stockitem.recounted']

/** Wants a kind that no event has. */
export default definePlugin({
  slug: 'mistyped',
  wantsProcessEvent: (name) => kinds.includes(name),
  processEvent() {},
})
