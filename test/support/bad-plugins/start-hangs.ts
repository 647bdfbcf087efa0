import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'start-hangs',
  start({ log }) {
    log.info('hanging')
    return new Promise<void>(() => {})
  },
  processEvent() {},
})
