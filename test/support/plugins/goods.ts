import { definePlugin } from '../../../src/index.ts'

/** Counts the events of each entity, and fails for what is wasted as it says. */
export default definePlugin({
  slug: 'goods',
  wants: ['inventory.*'],
  retry: { maxAttempts: 2, initialDelayMs: 10 },
  state: { version: 1, initial: () => ({ count: 0 }) },
  processEvent(event, { state }) {
    if (event.kind === 'inventory.wasted' && event.reason === 'fail') {
      throw new RangeError('what the event held')
    }
    state.set(({ count }) => ({ count: count + 1 }))
  },
})
