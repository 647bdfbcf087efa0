import { definePlugin } from 'inventory-events'

export default definePlugin({ slug: 'same-slug', processEvent() {} })
