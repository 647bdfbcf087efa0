import { definePlugin } from 'inventory-events'

/** Ignores its signal. */
export default definePlugin({
  slug: 'never-returns',
  timeoutMs: 50,
  processEvent: () => new Promise(() => {}),
})
