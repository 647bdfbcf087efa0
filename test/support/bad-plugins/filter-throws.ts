import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'filter-throws',
  wantsProcessEvent(name) {
    throw new Error(`no opinion on ${name}`)
  },
  processEvent() {},
})
