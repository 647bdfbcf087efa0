import { definePlugin } from 'inventory-events'

/** Takes as long as the event says, and ignores its signal. */
export default definePlugin({
  slug: 'slow',
  concurrency: 20,
  timeoutMs: 60_000,
  async processEvent(event, { log }) {
    log.info('begun')
    const ms = event.kind === undefined ? Number(event.kwargs.ms) : 0
    await new Promise((resolve) => setTimeout(resolve, ms))
    log.info({ id: event.id }, 'noted')
  },
})
