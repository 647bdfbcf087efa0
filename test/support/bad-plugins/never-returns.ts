import { definePlugin } from 'inventory-events'

/** Takes no notice of its signal. */
export default definePlugin({
  slug: 'never-returns',
  timeoutMs: 50,
  processEvent: () => new Promise(() => {}),
})
