import { setTimeout as sleep } from 'node:timers/promises'
import { definePlugin } from 'inventory-events'

/** Processes every event, after a short wait. */
export default definePlugin({ slug: 'steady', processEvent: () => sleep(10) })
