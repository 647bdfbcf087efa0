import { definePlugin } from 'inventory-events'

/** Reports by how much the stock of a product changed: entities are few, products have many of them. */
export default definePlugin({
  slug: 'stock-changes',
  title: 'Changes of stock, by product',
  wants: [
    'inventory.received',
    'inventory.produced',
    'inventory.moved',
    'inventory.destroyed',
    'inventory.wasted',
  ],
  state: { version: 1, initial: () => ({ productId: '', quantity: 0 }) },
  processEvent(event, { state, publish }) {
    const before = state.value
    const now = 'entity' in event ? event.entity : { productId: before.productId, quantity: 0 }
    const quantity = now.quantity ?? before.quantity
    const change = quantity - before.quantity
    if (change === 0) return
    state.set({ productId: now.productId, quantity })
    publish(
      { name: 'stock.changed', kwargs: { productId: now.productId, change } },
      { topic: 'stock.changes', key: now.productId },
    )
  },
})
