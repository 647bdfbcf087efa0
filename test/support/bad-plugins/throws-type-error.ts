import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'throws-type-error',
  retry: { maxAttempts: 2, initialDelayMs: 1 },
  processEvent(event) {
    const missing = event as unknown as { warehouse: { shelf: { row: number } } }
    if (missing.warehouse.shelf.row > 0) return
  },
})
