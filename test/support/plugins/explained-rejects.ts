import { definePlugin, reject } from 'inventory-events'

/** Gives everything up. */
export default definePlugin({ slug: 'strict', processEvent: () => reject('not in the catalogue') })
