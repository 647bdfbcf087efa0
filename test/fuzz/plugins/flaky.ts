// Fails, rejects or skips events whose ids say so.
import { definePlugin, reject, skip } from 'inventory-events'
import { report } from './recorded.ts'

export default definePlugin({
  slug: 'flaky',
  retry: { maxAttempts: 2, initialDelayMs: 1, maxDelayMs: 2 },
  wantsProcessEvent: (name) => name === 'inventory.wasted',
  processEvent(event, context) {
    report('flaky', event, context)
    const { id } = event
    if (id.endsWith('~fail') || (id.endsWith('~once') && context.attempt === 1)) {
      throw new Error('as the id says')
    }
    if (id.endsWith('~reject')) return reject('as the id says')
    if (id.endsWith('~skip')) return skip('as the id says')
    return undefined
  },
})
