// Takes moves of at least ten pieces, by a filter of fields.
import { definePlugin } from 'inventory-events'
import { report } from './recorded.ts'

export default definePlugin({
  slug: 'moves',
  wantsProcessEvent: (name) => name === 'inventory.moved',
  where: { gte: { 'data.entity.quantity': 10 } },
  processEvent: (event, context) => report('moves', event, context),
})
