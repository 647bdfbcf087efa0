// Simulates transient failures: the first attempt fails for about one event in twenty, always the
// same ones, and the retry succeeds.
import { createHash } from 'node:crypto'
import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'flaky',
  title: 'Recovers by retry',
  retry: { initialDelayMs: 20 },
  processEvent(event, { attempt }) {
    if (attempt === 1 && isUnlucky(event.id)) throw new Error('the connection was reset')
  },
})

function isUnlucky(id: string): boolean {
  return createHash('sha256').update(id).digest().readUInt16BE() % 20 === 0
}
