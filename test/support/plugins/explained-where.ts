import { definePlugin } from 'inventory-events'

/** Wants what goes where nothing goes. */
export default definePlugin({
  slug: 'frozen',
  wantsProcessEvent: (name) => name === 'inventory.moved',
  where: [
    { prefix: { ce_type: 'inventory.' } },
    { any: [{ exact: { 'data.to.name': 'Freezer' } }, { gt: { 'data.entity.quantity': 1e6 } }] },
  ],
  processEvent() {},
})
