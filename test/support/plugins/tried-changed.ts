import { definePlugin } from 'inventory-events'

/** What `tried.ts` might become. */
export default definePlugin({
  slug: 'tried',
  wantsProcessEvent: (name) => name === 'inventory.wasted',
  processEvent() {
    process.stderr.write('a handler was called\n')
  },
})
