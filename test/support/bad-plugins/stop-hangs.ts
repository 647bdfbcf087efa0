import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'stop-hangs',
  processEvent() {},
  stop: () => new Promise<void>(() => {}),
})
