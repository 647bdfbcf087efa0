import { definePlugin } from 'inventory-events'

/** Counts the events of each entity, and those that came out of order. */
export default definePlugin({
  slug: 'counting',
  state: { version: 1, initial: () => ({ count: 0, last: -1, disorder: 0 }) },
  async processEvent(_, { state, record }) {
    state.set(({ count, last, disorder }) => ({
      count: count + 1,
      last: record.offset,
      disorder: disorder + (record.offset < last ? 1 : 0),
    }))
  },
})
