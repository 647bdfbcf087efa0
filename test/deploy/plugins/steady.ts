import { setTimeout as sleep } from 'node:timers/promises'
import { definePlugin } from 'inventory-events'

/** Takes every event, and a moment for each. */
export default definePlugin({ slug: 'steady', processEvent: () => sleep(10) })
