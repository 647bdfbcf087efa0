import { definePlugin } from 'inventory-events'

/** A changed version of `tried.ts`. */
export default definePlugin({
  slug: 'tried',
  wantsProcessEvent: (name) => name === 'inventory.wasted',
  processEvent() {
    process.stderr.write('a handler was called\n')
  },
})
