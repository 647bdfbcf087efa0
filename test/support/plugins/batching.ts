import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { definePlugin } from 'inventory-events'

const CALL_MS = 20

/** Writes down the events of each call, a line a call; one of an entity that begins with `bad` fails it, until it is mended. */
export default definePlugin({
  slug: 'batching',
  wants: ['inventory.moved'],
  retry: { maxAttempts: 1 },
  batch: { maxEvents: 40, maxWaitMs: 100 },
  async processEvents(events) {
    await sleep(CALL_MS)
    const isMended = existsSync(process.env.MENDED ?? '')
    if (!isMended && events.some(({ entity }) => entity.id.startsWith('bad')))
      throw new Error('it is broken')
    appendFileSync(process.env.NOTES ?? '', `${events.map(({ id }) => id).join(' ')}\n`)
  },
})
