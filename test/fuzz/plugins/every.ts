// Takes all events.
import { definePlugin } from 'inventory-events'
import { report } from './recorded.ts'

export default definePlugin({
  slug: 'every',
  processEvent: (event, context) => report('every', event, context),
})
