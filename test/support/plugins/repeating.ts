import { definePlugin } from 'inventory-events'

/** Publishes an event for each that it gets, in the transaction that keeps its state. */
export default definePlugin({
  slug: 'repeating',
  wants: ['inventory.moved'],
  state: { version: 1, initial: () => 0 },
  processEvent(event, { state, publish }) {
    state.set((count) => count + 1)
    const how = { topic: process.env.FOLLOW_UPS!, key: event.entity.id }
    publish({ name: 'item.repeated', kwargs: { count: state.value } }, how)
  },
})
