import { definePlugin } from 'inventory-events'

/** Handles all moves. */
export default definePlugin({ slug: 'takes', processEvent() {} })
