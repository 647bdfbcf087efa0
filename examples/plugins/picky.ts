// Fails every attempt for about one entity in fifty. Those events are dead-lettered; the events of
// other entities are not delayed.
import { createHash } from 'node:crypto'
import { definePlugin } from 'inventory-events'

export default definePlugin({
  slug: 'picky',
  title: 'Fails for some entities',
  retry: { maxAttempts: 2, initialDelayMs: 10 },
  wants: ['inventory.*'],
  processEvent(_event, { record }) {
    if (isDisliked(record.key ?? '')) throw new Error('this entity is never accepted')
  },
})

function isDisliked(entityId: string): boolean {
  return createHash('sha256').update(entityId).digest().readUInt16BE() % 50 === 0
}
