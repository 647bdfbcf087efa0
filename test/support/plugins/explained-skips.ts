import { definePlugin, skip } from 'inventory-events'

/** Skips every event. */
export default definePlugin({ slug: 'skips', processEvent: () => skip('not of interest') })
