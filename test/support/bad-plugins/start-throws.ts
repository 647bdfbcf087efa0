import { definePlugin } from 'inventory-events'
import { z } from 'zod'

export default definePlugin({
  slug: 'start-throws',
  settings: z.object({ apiKey: z.string() }),
  secrets: ['apiKey'],
  start({ settings }) {
    throw new Error(`no login with ${settings.apiKey}`)
  },
  processEvent() {},
})
