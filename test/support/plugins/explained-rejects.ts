import { definePlugin, reject } from 'inventory-events'

/** Rejects every event. */
export default definePlugin({ slug: 'strict', processEvent: () => reject('not in the catalogue') })
