import { definePlugin } from 'inventory-events'

/** Takes all that is moved. */
export default definePlugin({ slug: 'takes', processEvent() {} })
