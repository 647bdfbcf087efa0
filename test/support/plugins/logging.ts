import { appendFileSync } from 'node:fs'
import { definePlugin, reject } from 'inventory-events'

/** Appends a line for each event to the file in NOTES, and rejects events of wasted entities. */
export default definePlugin({
  slug: 'logging',
  wantsProcessEvent: (name) => name !== 'inventory.disposed',
  processEvent(event, { idempotencyKey }) {
    appendFileSync(process.env.NOTES as string, `${event.id} ${idempotencyKey}\n`)
    return 'kind' in event && event.kind === 'inventory.wasted' ? reject('it is gone') : undefined
  },
})
