import { definePlugin } from 'inventory-events'

const LOW = 10

/** Warns when a product runs low; again only after it has been filled up in between. */
export default definePlugin({
  slug: 'low-products',
  title: 'Products that run low',
  wants: ['stock.changed'],
  where: [
    { exists: { 'data.kwargs.productId': true } },
    { exists: { 'data.kwargs.change': true } },
  ],
  state: { version: 1, initial: () => ({ quantity: 0, isLow: true }) },
  processEvent({ kwargs: { productId, change } }, { state, log }) {
    const quantity = state.value.quantity + Number(change)
    const isLow = quantity < LOW
    if (isLow && !state.value.isLow) log.warn({ product: productId, quantity }, 'runs low')
    state.set({ quantity, isLow })
  },
})
