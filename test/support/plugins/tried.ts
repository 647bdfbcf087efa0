import { definePlugin } from 'inventory-events'

/** Its filter wants some events of two kinds. Its handler must not be called. */
export default definePlugin({
  slug: 'tried',
  wantsProcessEvent: (name) => name === 'inventory.moved' || name === 'inventory.wasted',
  where: {
    any: [
      { exact: { 'data.reason': 'spoiled' } },
      { lt: { 'data.entity.attributes.maxCelsius': 0 } },
    ],
  },
  processEvent() {
    process.stderr.write('a handler was called\n')
  },
})
