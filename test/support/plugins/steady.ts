import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { definePlugin } from 'inventory-events'

const HANDLER_MS = Number(process.env.HANDLER_MS ?? 25)

/**
 * Notes the begin and the end of each call, which takes HANDLER_MS, in the file NOTES; while NOTES.hold
 * exists, calls do not end.
 */
export default definePlugin({
  slug: 'steady',
  wants: ['inventory.*'],
  concurrency: 4,
  async processEvent({ id }) {
    const notes = process.env.NOTES!
    appendFileSync(notes, `begin ${id} ${process.pid}\n`)
    await wait(HANDLER_MS)
    while (existsSync(`${notes}.hold`)) await wait(HANDLER_MS)
    appendFileSync(notes, `end ${id} ${process.pid}\n`)
  },
})
