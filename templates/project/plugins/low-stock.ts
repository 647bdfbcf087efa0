import { definePlugin } from 'inventory-events'

const LOW = 10

/** Warns when an entity runs low; again only after it has been filled up in between. */
export default definePlugin({
  slug: 'low-stock',
  title: 'Entities that run low',
  wants: ['inventory.received', 'inventory.produced', 'inventory.moved', 'inventory.bundled'],
  state: { version: 1, initial: () => ({ isLow: false }) },
  processEvent({ entity: { id, name, quantity } }, { state, log }) {
    if (quantity === undefined) return
    const isLow = quantity < LOW
    if (isLow === state.value.isLow) return
    if (isLow) log.warn({ entity: id, name, quantity }, 'runs low')
    state.set({ isLow })
  },
})
